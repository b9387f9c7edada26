namespace Kilburn.Core.Checks;

/// <summary>Tells whether this build pays for checks that a proven kernel can leave out.</summary>
/// <remarks>
/// Lock ranks, heap guards and owners hang on it. What the contract promises (double free caught, bad input refused)
/// never does. Chosen by the MSBuild property <c>KilburnChecks</c>.
/// </remarks>
public static class BuildChecks
{
    /// <summary>True when the checks are compiled in. A constant to the compiler of either world.</summary>
    public static bool Enabled => false;
}
