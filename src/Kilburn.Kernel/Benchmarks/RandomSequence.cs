namespace Kilburn.Kernel.Benchmarks;

/// <summary>The same numbers in every run. Source: G. Marsaglia, Xorshift RNGs, 2003.</summary>
/// <param name="seed">Not zero.</param>
public struct RandomSequence(uint seed)
{
    private const int FirstShift = 13;
    private const int SecondShift = 17;
    private const int ThirdShift = 5;
    private const int BitsPerWord = 32;

    private uint _state = seed;

    /// <summary>The next number.</summary>
    /// <param name="limit">It is below this; at least 1.</param>
    public uint Next(uint limit)
    {
        _state ^= _state << FirstShift;
        _state ^= _state >> SecondShift;
        _state ^= _state << ThirdShift;
        return (uint)(((ulong)_state * limit) >> BitsPerWord);
    }
}
