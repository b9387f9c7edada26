using System.Collections.Generic;

namespace Kilburn.Inspector.Translation;

/// <summary>A format of translation tables, under the registers of a guest.</summary>
public interface ITableFormat
{
    /// <summary>In words.</summary>
    string Name { get; }

    /// <summary>Bytes of a descriptor.</summary>
    int WordLength { get; }

    /// <summary>The parts of the virtual addresses, in order; what lies in none of them faults.</summary>
    IReadOnlyList<TableRoot> Roots { get; }

    /// <summary>Every form of the format.</summary>
    IReadOnlyList<DescriptorForm> Forms { get; }

    /// <summary>log2 of the bytes that an entry of a level covers.</summary>
    /// <param name="level">1 to 3.</param>
    int IndexShift(int level);

    /// <summary>The form of a descriptor.</summary>
    /// <param name="word">The descriptor.</param>
    /// <param name="level">Of the table that it stands in.</param>
    DescriptorForm FormOf(ulong word, int level);

    /// <summary>The table that a link leads to.</summary>
    /// <param name="word">A descriptor of the kind <see cref="DescriptorKind.Table"/>.</param>
    ulong TableOf(ulong word);

    /// <summary>Entries of a table that a link leads to.</summary>
    int EntriesOfLinkedTable { get; }

    /// <summary>Adds what a link says to what the links above it said.</summary>
    /// <param name="above">From the links above.</param>
    /// <param name="word">A descriptor of the kind <see cref="DescriptorKind.Table"/>.</param>
    Inherited Follow(in Inherited above, ulong word);

    /// <summary>First physical byte of a block.</summary>
    /// <param name="form">The descriptor's form.</param>
    /// <param name="word">A descriptor of the kind <see cref="DescriptorKind.Block"/>.</param>
    ulong BaseOf(DescriptorForm form, ulong word);

    /// <summary>What a block allows, and how its memory behaves.</summary>
    /// <param name="form">The descriptor's form.</param>
    /// <param name="word">A descriptor of the kind <see cref="DescriptorKind.Block"/>.</param>
    /// <param name="above">From the links above.</param>
    PageAttributes AttributesOf(DescriptorForm form, ulong word, in Inherited above);

    /// <summary>Why a descriptor is not as the manual wants it; null when nothing is wrong with it.</summary>
    /// <param name="form">The descriptor's form.</param>
    /// <param name="word">The descriptor.</param>
    string? FlawOf(DescriptorForm form, ulong word);

    /// <summary>True when a descriptor belongs to a block of several equal ones.</summary>
    /// <param name="form">The descriptor's form.</param>
    /// <param name="word">The descriptor.</param>
    bool IsCopy(DescriptorForm form, ulong word);
}
