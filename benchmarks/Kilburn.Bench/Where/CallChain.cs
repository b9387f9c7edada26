namespace Kilburn.Bench.Where;

/// <summary>Where the calls stand that lead to a place, from the inside out; 0 where nothing is known.</summary>
/// <param name="First">Of the place itself.</param>
/// <param name="Second">Of its caller.</param>
/// <param name="Third">Of that one's caller.</param>
/// <param name="Fourth">And of that one's.</param>
internal readonly record struct CallChain(uint First, uint Second, uint Third, uint Fourth)
{
    /// <summary>Calls that a chain keeps.</summary>
    internal const int Depth = 4;

    /// <summary>The innermost of them.</summary>
    /// <param name="depth">How many, 1 to <see cref="Depth"/>.</param>
    internal CallChain Innermost(int depth) =>
        new(First, depth > 1 ? Second : 0, depth > 2 ? Third : 0, depth > 3 ? Fourth : 0);
}
