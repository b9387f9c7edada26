using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>Makes two tables of one, so that what is written through either is not seen through the other.</summary>
internal static class TableCopy
{
    /// <summary>Lets pages of ranges that can be written be written only after a fault, which then gives a frame of one's own.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="table">A table of a space whose lock is held.</param>
    /// <returns>True when there were such pages: the space's translations of them are still to be invalidated.</returns>
    /// <remarks>Rights shrink and nothing else changes, so that no entry is broken first. Source: ARM DDI 0406C.d, B3.10.1.</remarks>
    public static bool DeferWrites<TMachine>(ref TMachine machine, PhysicalAddress table)
        where TMachine : struct, IMachine
    {
        bool isChanged = false;
        PhysicalAddress end = table.Add(SecondLevelTable.LengthInBytes);
        for (PhysicalAddress place = table; place != end; place = place.Add(1u << SecondLevelTable.EntryShift))
        {
            SecondLevelEntry entry = new(machine.ReadWord(place));
            if (entry.Small.IsWritableOfRange)
            {
                machine.WriteWord(place, entry.Small.WithWritesDeferred().Raw); // cleaned with its table
                isChanged = true;
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
    /// <param name="copy">Not linked yet; cleaned by who links it.</param>
    /// <returns><see cref="VmStatus.Ok"/>; or, with no share taken, <see cref="VmStatus.Overflow"/> (a frame has too many owners).</returns>
    public static VmStatus TryFill<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, PhysicalAddress zeroPage, PhysicalAddress source, PhysicalAddress copy)
        where TMachine : struct, IMachine
    {
        for (uint offset = 0; offset < SecondLevelTable.LengthInBytes; offset += 1u << SecondLevelTable.EntryShift)
        {
            SecondLevelEntry entry = new(machine.ReadWord(source.Add(offset)));
            machine.WriteWord(copy.Add(offset), entry.Raw);
            if (!HoldsFrame(entry, zeroPage))
            {
                continue;
            }

            VmStatus status = frames.TrySharePage(ref machine, entry.Small.Frame);
            if (status != VmStatus.Ok)
            {
                GiveBack(ref machine, ref frames, zeroPage, copy, offset);
                return status;
            }
        }

        return VmStatus.Ok;
    }

    /// <summary>True when an entry has a share in its frame.</summary>
    /// <param name="entry">A word of a table.</param>
    /// <param name="zeroPage">The frame of zeroes.</param>
    public static bool HoldsFrame(SecondLevelEntry entry, PhysicalAddress zeroPage) =>
        entry.IsGivenPage ? entry.Small.HasShare : entry.IsLive && entry.Small.Frame != zeroPage;

    // The shares of the entries below an offset.
    private static void GiveBack<TMachine>(
        ref TMachine machine, ref FrameAllocator frames, PhysicalAddress zeroPage, PhysicalAddress table, uint end)
        where TMachine : struct, IMachine
    {
        for (uint offset = 0; offset < end; offset += 1u << SecondLevelTable.EntryShift)
        {
            SecondLevelEntry entry = new(machine.ReadWord(table.Add(offset)));
            if (HoldsFrame(entry, zeroPage))
            {
                SpaceRange.FreePage(ref machine, ref frames, entry.Small.Frame);
            }
        }
    }
}
