namespace Kilburn.Programs;

/// <summary>Numbers that look random, the same for the same seed: xorshift of 32 bits.</summary>
/// <param name="seed">Any; 0 counts as 1.</param>
public struct RandomNumbers(uint seed)
{
    private const int HalfBits = 16;

    private uint _state = seed == 0 ? 1 : seed;

    /// <summary>The next word; never zero. Source: Marsaglia, Xorshift RNGs, 2003.</summary>
    public uint Next()
    {
        _state ^= _state << 13;
        _state ^= _state >> 17;
        _state ^= _state << 5;
        return _state;
    }

    /// <summary>The next number below a bound.</summary>
    /// <param name="bound">1 to 65536.</param>
    public uint Below(uint bound) => ((Next() >> HalfBits) * bound) >> HalfBits;
}
