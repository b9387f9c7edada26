namespace Kilburn.Kernel.Benchmarks;

/// <summary>Counts of one operation, added up.</summary>
public struct Tally
{
    private const int BitsOfSum = 64;
    private const uint Ten = 10;

    private ulong _sum;
    private uint _count;
    private uint _max;

    /// <summary>Operations counted.</summary>
    public readonly uint Count => _count;

    /// <summary>Instructions of the worst.</summary>
    public readonly uint Max => _max;

    /// <summary>Instructions per operation, as a whole number and tenths, rounded to the nearest tenth; 0 of none.</summary>
    /// <param name="tenths">0 to 9.</param>
    /// <returns>The whole number.</returns>
    public readonly uint GetMean(out uint tenths)
    {
        ulong tenfold = (_sum << 3) + (_sum << 1);
        uint meanInTenths = _count == 0 ? 0 : Divide(tenfold + (_count >> 1), _count);
        uint whole = Divide(meanInTenths, Ten);
        tenths = meanInTenths - (whole * Ten);
        return whole;
    }

    /// <summary>Adds an operation.</summary>
    /// <param name="instructions">What it took.</param>
    public void Add(uint instructions)
    {
        _sum += instructions;
        _count++;
        if (instructions > _max)
        {
            _max = instructions;
        }
    }

    /// <summary>A quotient, rounded down, modulo 2^32.</summary>
    /// <param name="dividend">Any.</param>
    /// <param name="divisor">Not zero.</param>
    /// <remarks>Bit by bit: the core library has no division on purpose, and this is no hot path.</remarks>
    internal static uint Divide(ulong dividend, uint divisor)
    {
        ulong rest = dividend;
        ulong partial = 0;
        ulong quotient = 0;
        for (int bit = 0; bit < BitsOfSum; bit++)
        {
            partial = (partial << 1) | ((long)rest < 0 ? 1u : 0u);
            rest <<= 1;
            quotient <<= 1;
            if (partial >= divisor)
            {
                partial -= divisor;
                quotient |= 1;
            }
        }

        return (uint)quotient;
    }
}
