using System.Linq;

namespace Kilburn.Bench.Boot;

/// <summary>A step of the way from the reset to the first command.</summary>
/// <param name="Name">What is done.</param>
/// <param name="Counts">By method.</param>
internal sealed record BootStep(string Name, Where.MethodCounts Counts)
{
    /// <summary>Instructions of all methods.</summary>
    internal long Instructions => Counts.Used.Sum(Counts.InstructionsOf);
}
