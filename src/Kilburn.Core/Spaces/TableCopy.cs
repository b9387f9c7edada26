using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Makes two tables of one, so that what is written through either is not seen through the other.</summary>
internal static class TableCopy
{
    /// <summary>Stands for no page of a table.</summary>
    public const uint NoPage = SecondLevelTable.EntryCount;

    /// <summary>Lets pages of ranges that can be written be written only after a fault, which then gives a frame of one's own.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="table">A table of a space whose lock is held.</param>
    /// <param name="hasGivenPages">True when there are pages in it that the kernel gave.</param>
    /// <returns>True when pages were changed: the space's translations of them are still to be invalidated.</returns>
    /// <remarks>Rights shrink and nothing else changes, so that no entry is broken first. Source: ARM DDI 0406C.d, B3.10.1.</remarks>
    public static bool DeferWrites<TMachine>(ref TMachine machine, PhysicalAddress table, out bool hasGivenPages)
        where TMachine : struct, IMachine
    {
        bool isChanged = false;
        hasGivenPages = false;
        PhysicalAddress end = table.Add(SecondLevelTable.LengthInBytes);
        for (PhysicalAddress place = table; place != end; place = place.Add(1u << SecondLevelTable.EntryShift))
        {
            SecondLevelEntry entry = new(machine.ReadWord(place));
            if (entry.Small.IsWritableOfRange)
            {
                machine.WriteWord(place, entry.Small.WithWritesDeferred().Raw); // cleaned with its table
                isChanged = true;
            }
            else if (entry.IsGivenPage)
            {
                hasGivenPages = true;
            }
        }

        if (isChanged && !TMachine.WalksAreCoherent)
        {
            machine.CleanToUnification(table, SecondLevelTable.LengthInBytes);
        }

        return isChanged;
    }

    /// <summary>Fills a table with what another holds, a share in each frame included.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Counts the shares.</param>
    /// <param name="zeroPage">The frame of zeroes, in which nobody has a share.</param>
    /// <param name="source">A table without pages of ranges that can be written at once.</param>
    /// <param name="copy">Zeroes; not linked yet.</param>
    /// <param name="leftOut">VA[19:12] of a page that is not copied; <see cref="NoPage"/> for none.</param>
    /// <returns><see cref="VmStatus.Ok"/>; or, with no share taken, <see cref="VmStatus.Overflow"/> (a frame has too many owners).</returns>
    /// <remarks>The words are cleaned, and in need of a barrier before the link.</remarks>
    public static VmStatus TryFill<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        PhysicalAddress zeroPage,
        PhysicalAddress source,
        PhysicalAddress copy,
        uint leftOut)
        where TMachine : struct, IMachine
    {
        uint leftOutOffset = leftOut << SecondLevelTable.EntryShift;
        uint leftOutWord = leftOut == NoPage ? 0 : machine.ReadWord(copy.Add(leftOutOffset));
        for (uint offset = 0; offset < SecondLevelTable.LengthInBytes; offset += 1u << SecondLevelTable.EntryShift)
        {
            SecondLevelEntry entry = new(machine.ReadWord(source.Add(offset)));
            if (entry.IsLive && offset != leftOutOffset && HoldsFrame(entry, zeroPage))
            {
                VmStatus status = frames.TrySharePage(ref machine, entry.Small.Frame);
                if (status != VmStatus.Ok)
                {
                    GiveBack(ref machine, ref frames, zeroPage, copy, leftOut);
                    return status;
                }
            }

            machine.WriteWord(copy.Add(offset), entry.Raw); // cleaned with its table
        }

        if (leftOut != NoPage)
        {
            machine.WriteWord(copy.Add(leftOutOffset), leftOutWord);
        }

        if (!TMachine.WalksAreCoherent)
        {
            machine.CleanToUnification(copy, SecondLevelTable.LengthInBytes);
        }

        return VmStatus.Ok;
    }

    /// <summary>True when an entry has a share in its frame.</summary>
    /// <param name="entry">A word of a table.</param>
    /// <param name="zeroPage">The frame of zeroes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // asked of each entry of a table
    public static bool HoldsFrame(SecondLevelEntry entry, PhysicalAddress zeroPage) =>
        entry.IsGivenPage ? entry.Small.HasShare : entry.IsLive && entry.Small.Frame != zeroPage;

    /// <summary>Gives back a copy that was never linked, and its shares.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Takes them.</param>
    /// <param name="zeroPage">The frame of zeroes.</param>
    /// <param name="copy">What <see cref="TryFill"/> has filled, with no page left out.</param>
    public static void Release<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, PhysicalAddress zeroPage, PhysicalAddress copy)
        where TMachine : struct, IMachine
    {
        GiveBack(ref machine, ref frames, zeroPage, copy, NoPage);
        SpaceRange.FreeTable(ref machine, ref frames, copy);
    }

    // What a copy has shares in so far.
    private static void GiveBack<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, PhysicalAddress zeroPage, PhysicalAddress copy, uint leftOut)
        where TMachine : struct, IMachine
    {
        for (uint page = 0; page < SecondLevelTable.EntryCount; page++)
        {
            SecondLevelEntry entry = new(machine.ReadWord(copy.Add(page << SecondLevelTable.EntryShift)));
            if (page != leftOut && HoldsFrame(entry, zeroPage))
            {
                SpaceRange.FreePage(ref machine, ref frames, entry.Small.Frame);
            }
        }
    }
}
