namespace Kilburn.Bench;

/// <summary>What the kernel measured of one operation.</summary>
/// <param name="Name">As in <c>goals.json</c>.</param>
/// <param name="Mean">Instructions per operation, to a tenth.</param>
/// <param name="Max">Instructions of the worst operation.</param>
/// <param name="Count">Operations measured.</param>
internal sealed record Measurement(string Name, decimal Mean, long Max, long Count);
