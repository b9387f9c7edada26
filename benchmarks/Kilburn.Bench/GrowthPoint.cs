namespace Kilburn.Bench;

/// <summary>One point of a curve.</summary>
/// <param name="Series">What was measured: the chart's name, a dot, the curve's.</param>
/// <param name="X">How much there was of what it may grow with.</param>
/// <param name="Mean">Instructions.</param>
internal sealed record GrowthPoint(string Series, long X, decimal Mean);
