using System.Collections.Generic;

namespace Kilburn.Model.Checking;

/// <summary>A first-level table, as TTBR0 or TTBR1 makes it active.</summary>
/// <param name="start">Its physical address.</param>
/// <param name="wordCount">Words in it.</param>
/// <param name="firstIndex">The first word that walks of its half reach.</param>
/// <param name="isUpper">True for TTBR1's.</param>
internal sealed class FirstTable(uint start, int wordCount, int firstIndex, bool isUpper) : FollowedTable(start, wordCount)
{
    public readonly int FirstIndex = firstIndex;
    public readonly bool IsUpper = isUpper;

    /// <summary>Where it is, or was, active.</summary>
    public readonly List<Residence> Residences = [];
}
