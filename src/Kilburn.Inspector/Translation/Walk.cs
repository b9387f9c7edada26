using System.Collections.Generic;

namespace Kilburn.Inspector.Translation;

/// <summary>A walk: its steps, and where it led.</summary>
/// <param name="Address">The address asked about.</param>
/// <param name="Root">Where it began; null when the MMU is off, or no table serves the address.</param>
/// <param name="Steps">The descriptors read, in order.</param>
/// <param name="Leaf">The translation; null when there is none.</param>
/// <param name="Fault">What the processor would raise.</param>
public sealed record Walk(
    uint Address, TableRoot? Root, IReadOnlyList<WalkStep> Steps, Leaf? Leaf, WalkFault Fault)
{
    /// <summary>The byte that the address leads to, when there is a translation.</summary>
    public ulong? Physical => Leaf is Leaf leaf ? leaf.Physical + (Address - leaf.Address) : null;
}
