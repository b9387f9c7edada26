using System;
using System.Collections.Generic;
using System.Linq;

namespace Kilburn.Inspector;

/// <summary>A range of physical addresses, up to 40 bits.</summary>
/// <param name="Start">First byte.</param>
/// <param name="LengthInBytes">At least 1.</param>
public readonly record struct AddressRange(ulong Start, ulong LengthInBytes)
{
    /// <summary>One past the last byte.</summary>
    public ulong End => Start + LengthInBytes;

    /// <summary>True when all of another range lies in this one.</summary>
    /// <param name="other">Any range.</param>
    public bool Contains(AddressRange other) => other.Start >= Start && other.End <= End;

    /// <summary>True when a byte lies in both.</summary>
    /// <param name="other">Any range.</param>
    public bool Overlaps(AddressRange other) => other.Start < End && Start < other.End;

    /// <summary>True when ranges, taken together, hold all of another.</summary>
    /// <param name="ranges">In any order; they may touch and overlap.</param>
    /// <param name="range">Any range.</param>
    public static bool Cover(IEnumerable<AddressRange> ranges, AddressRange range)
    {
        ulong covered = range.Start;
        foreach (AddressRange part in ranges.OrderBy(part => part.Start))
        {
            if (part.Start > covered)
            {
                break;
            }

            covered = Math.Max(covered, part.End);
        }

        return covered >= range.End;
    }
}
