namespace Kilburn.Bench;

/// <summary>One operation that a run must have.</summary>
/// <param name="Name">Dotted, lower case.</param>
/// <param name="Limit">Instructions per operation, at most, in the mean.</param>
/// <param name="Reference">The same in the C kernel of the seed's text at -O2; null where it has nothing alike.</param>
/// <param name="Linux">The same in a lean Linux on the same processor, for what programs see; null where it has nothing alike.</param>
/// <param name="Operation">What is measured, in words.</param>
internal sealed record Goal(string Name, long Limit, long? Reference, long? Linux, string Operation)
{
    /// <summary>True when a measurement keeps the goal.</summary>
    /// <param name="measurement">Of this operation.</param>
    internal bool IsMetBy(Measurement measurement) => measurement.Mean <= Limit;
}
