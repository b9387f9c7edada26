using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

/// <summary>A MiB's way from a run in the first level to a table of its own.</summary>
internal static class RangeTables
{
    /// <summary>Writes the pages of a run into a table that is not linked yet.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="table">Zeroes.</param>
    /// <param name="run">The run, or nothing.</param>
    /// <returns>Its pages.</returns>
    public static uint Fill<TMachine>(ref TMachine machine, PhysicalAddress table, ReservedPages run)
        where TMachine : struct, IMachine
    {
        if (run.IsNone)
        {
            return 0;
        }

        uint last = run.LastPage;
        for (uint page = run.FirstPage; page <= last; page++)
        {
            machine.WriteWord(table.Add(page << SecondLevelTable.EntryShift), run.State);
        }

        return last - run.FirstPage + 1;
    }

    /// <summary>The table of a MiB, for a change: the MiB gets one when it has none, and shares none. The caller synchronizes before it is done.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space.</param>
    /// <param name="controlPage">Its control page.</param>
    /// <param name="mib">VA[30:20].</param>
    /// <param name="spares">Has a table, if one is needed.</param>
    /// <remarks>A new table of nothing breaks S1 until the caller has put a page into it.</remarks>
    public static PhysicalAddress Ensure<TMachine>(
        ref TMachine machine, ref SpaceControl control, PhysicalAddress controlPage, uint mib, ref SpareMemory spares)
        where TMachine : struct, IMachine
    {
        PhysicalAddress link = control.Table.Add(mib << FirstLevelTable.EntryShift);
        FirstLevelEntry first = new(machine.ReadWord(link));
        if (first.IsPageTable)
        {
            if (BuildChecks.Enabled && TableSharing.IsShared(ref machine, ref control, controlPage, mib))
            {
                BugCheck.Fail(ref machine, "F1: a table that spaces share is about to be changed"u8, mib << PageSize.SectionShift);
            }

            return first.PageTable.Table;
        }

        PhysicalAddress table = spares.TakeTable(ref machine);
        SpaceLayout.CountOf(ref control, mib) = unchecked((byte)(Fill(ref machine, table, first.Reserved) - 1));
        machine.OrderMemory(); // the words before the link
        SpaceRange.LinkLocked(ref machine, ref control, link, table, mib);
        return table;
    }
}
