using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Locks;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Spaces;

// Access flags of blocks.
internal static partial class RangeBlocks
{
    /// <summary>Sets the flag of a block that a fault is about.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">The space, whose lock it takes as well: large pages are written while the MiB has no link.</param>
    /// <param name="task">The fault, in a section or a large page whose flag is clear.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static FaultResult Note<TMachine>(ref TMachine machine, ref SpaceControl control, in FaultTask task)
        where TMachine : struct, IMachine
    {
        if (!task.HoldsSpace && !control.Lock.TryAcquire(ref machine, LockRank.Space))
        {
            return FaultResult.NeedsSpace;
        }

        VirtualAddress address = task.Address;
        PhysicalAddress link = FirstLevelTable.EntryOf(control.Table, address);
        FirstLevelEntry first = new(machine.ReadWord(link));
        if (first.IsBlock)
        {
            Descriptor.Write(ref machine, link, first.Section.With(AccessFlag.Set).Raw);
        }
        else
        {
            uint part = 1u << (int)(address.SecondLevelIndex >> PartShift);
            SetFlags(ref machine, ref control, address.FirstLevelIndex, part, AccessFlag.Set);
        }

        machine.Synchronize();
        if (!task.HoldsSpace)
        {
            control.Lock.Release(ref machine, LockRank.Space);
        }

        return FaultResult.Use;
    }

    /// <summary>Sets or clears the flags of large pages: B1 wants it done while the MiB has no link. The caller synchronizes before it is done.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="control">A space whose lock is held.</param>
    /// <param name="mib">VA[30:20].</param>
    /// <param name="parts">A bit for each large page.</param>
    /// <param name="flag">What their flags become.</param>
    public static void SetFlags<TMachine>(
        ref TMachine machine, ref SpaceControl control, uint mib, uint parts, AccessFlag flag)
        where TMachine : struct, IMachine
    {
        PhysicalAddress link = control.Table.Add(mib << FirstLevelTable.EntryShift);
        PhysicalAddress table = new FirstLevelEntry(machine.ReadWord(link)).PageTable.Table;
        Break(ref machine, ref control, link);
        for (uint part = 0; part < PartCount; part++)
        {
            if ((parts & (1u << (int)part)) != 0)
            {
                PhysicalAddress place = PlaceOf(table, part);
                WritePart(ref machine, place, new SecondLevelEntry(machine.ReadWord(place)).Large.With(flag));
            }
        }

        Make(ref machine, ref control, link, table, mib);
    }
}
