using System.Collections.Generic;

namespace Kilburn.Model.Checking;

/// <summary>A second-level table that a followed first-level table leads to, or led to.</summary>
/// <param name="start">Its physical address.</param>
internal sealed class SecondTable(uint start) : FollowedTable(start, Words)
{
    public const int Words = 256;
    public const uint LengthInBytes = 1024;

    /// <summary>First-level words that point to it.</summary>
    public readonly List<Parent> Parents = [];

    /// <summary>Pointers that were taken away but may still be held.</summary>
    public readonly List<StaleEntry> StalePointers = [];

    /// <summary>True when nothing leads to it.</summary>
    public bool IsUnreachable => Parents.Count == 0 && StalePointers.Count == 0;

    /// <summary>A first-level word.</summary>
    public readonly record struct Parent(FirstTable Table, int Index);
}
