using System;
using Kilburn.User;

namespace Kilburn.Programs.Figures;

/// <summary>Counts of one operation, added up.</summary>
/// <remarks>A sample is what runs between two reads of the counter, less what an empty one counts.</remarks>
public struct Samples
{
    private const uint Ten = 10;

    private uint _sum;
    private uint _count;
    private uint _max;

    /// <summary>Adds one operation.</summary>
    /// <param name="instructions">What it took.</param>
    public void Add(uint instructions) => AddMany(instructions, 0);

    /// <summary>Adds operations that were counted together.</summary>
    /// <param name="instructions">What all took.</param>
    /// <param name="shift">How many they were: a power of two.</param>
    public void AddMany(uint instructions, int shift)
    {
        uint each = instructions >> shift;
        _sum += instructions;
        _count += 1u << shift;
        _max = each > _max ? each : _max;
    }

    /// <summary>Prints the result: <c>BENCH name mean max count</c>.</summary>
    /// <param name="name">As the table of goals has it.</param>
    /// <param name="leftOut">What each operation had in it that does not count.</param>
    public readonly void Report(ReadOnlySpan<byte> name, uint leftOut = 0)
    {
        Line line = default;
        line.Add("BENCH "u8);
        line.Add(name);
        line.Add(" "u8);
        AddMean(ref line, leftOut);
        line.Add(" "u8);
        line.AddDecimal(_max - leftOut);
        line.Add(" "u8);
        line.AddDecimal(_count);
        line.Print();
        FigureRun.CountLine();
    }

    /// <summary>Prints one point of a curve: <c>BENCH GROWTH series x mean</c>.</summary>
    /// <param name="series">What is measured.</param>
    /// <param name="x">How much there is of what it may grow with.</param>
    public readonly void ReportGrowth(ReadOnlySpan<byte> series, uint x)
    {
        Line line = default;
        line.Add("BENCH GROWTH "u8);
        line.Add(series);
        line.Add(" "u8);
        line.AddDecimal(x);
        line.Add(" "u8);
        AddMean(ref line, 0);
        line.Print();
    }

    private readonly void AddMean(ref Line line, uint leftOut)
    {
        uint sum = _sum - (_count * leftOut);
        uint whole = Divide(sum, _count, out uint rest);
        uint tenths = Divide((rest * Ten) + (_count >> 1), _count, out _);
        whole += tenths == Ten ? 1u : 0u;
        line.AddDecimal(whole);
        line.Add("."u8);
        line.AddDecimal(tenths == Ten ? 0 : tenths);
    }

    // By subtraction of shifted divisors: programs have no division either.
    private static uint Divide(uint dividend, uint divisor, out uint rest)
    {
        uint quotient = 0;
        rest = dividend;
        for (int shift = 31; shift >= 0; shift--)
        {
            if (rest >> shift >= divisor)
            {
                rest -= divisor << shift;
                quotient |= 1u << shift;
            }
        }

        return quotient;
    }
}
