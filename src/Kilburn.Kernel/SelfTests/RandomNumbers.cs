using System.Runtime.CompilerServices;
using Kilburn.Kernel.Benchmarks;

namespace Kilburn.Kernel.SelfTests;

/// <summary>Random numbers with limits that are constants.</summary>
internal static class RandomNumbers
{
    /// <summary>A number below a limit.</summary>
    /// <param name="random">Where it comes from.</param>
    /// <param name="limit">At least 1.</param>
    /// <remarks>Not inlined: a product with a constant would be a call to a 64-bit multiplication that does not exist.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static uint Below(this ref RandomSequence random, uint limit) => random.Next(limit);
}
