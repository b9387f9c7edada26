using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Frames;

// What the allocator tells about itself.
public partial struct FrameAllocator
{
    /// <summary>Tells what a frame is used as. Step by 4 KiB to list them all.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="address">Any byte of the frame.</param>
    /// <param name="description">What was found.</param>
    public void Describe<TMachine>(ref TMachine machine, PhysicalAddress address, out FrameDescription description)
        where TMachine : struct, IMachine
    {
        description = default;
        _lock.Acquire(ref machine, LockRank.Frames);
        description.State = StateLocked(ref machine, address.FrameNumber, out uint head, out FrameUse use);
        description.Start = PhysicalAddress.FromFrameNumber(head);
        if (description.State == FrameState.Used)
        {
            uint info = _index.InfoOf(ref machine, head);
            description.Use = use;
            description.OwnerCount = use switch
            {
                FrameUse.Page => FrameInfo.OwnersOf(info),
                FrameUse.SecondLevelTable => CountOfQuarters(info & FrameInfo.GivenBits),
                _ => 1,
            };
        }

        _lock.Release(ref machine, LockRank.Frames);
    }

    /// <summary>The allocator in numbers.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="statistics">The numbers.</param>
    public void GetStatistics<TMachine>(ref TMachine machine, out FrameStatistics statistics)
        where TMachine : struct, IMachine
    {
        statistics = default;
        _lock.Acquire(ref machine, LockRank.Frames);
        statistics.TotalFrames = _survey.TotalFrames;
        statistics.FramesAbove = _survey.FramesAbove;
        statistics.ManagedFrames = _survey.ManagedFrames;
        statistics.MetadataFrames = _survey.MetadataFrames;
        statistics.ReservedFrames = _survey.TotalFrames - _survey.ManagedFrames - _survey.MetadataFrames;
        statistics.MetadataInBytes = _survey.MetadataInBytes;

        uint freeCutPages = CountFreeCutPages(ref machine, ref _depot.Quarters);
        uint quarters = _index.CountKept(ref machine) + _depot.Quarters.Count;
        for (uint core = 0; core < CoreCapacity; core++)
        {
            ref FrameCache cache = ref CacheOf(core);
            statistics.MagazineFrames += cache.Pages.Count;
            quarters += cache.Quarters.Count;
            freeCutPages += CountFreeCutPages(ref machine, ref cache.Quarters);
        }

        uint atHand = 0;
        uint given = _cutPages - freeCutPages;
        for (FrameUse use = FrameUse.FirstLevelTable; use <= FrameUse.SupersectionBlock; use++)
        {
            atHand += CountAtHand(use) << FrameInfo.FrameShiftOf(use);
            given += CountGiven(use) << FrameInfo.FrameShiftOf(use);
        }

        statistics.PoolFrames = _depot.Pages.Count + freeCutPages + atHand;
        statistics.FreeFrames = _index.CountFree(ref machine) + statistics.MagazineFrames + statistics.PoolFrames;
        statistics.Pages = _survey.ManagedFrames - statistics.FreeFrames - given;
        statistics.SecondLevelFrames = _cutPages - freeCutPages;
        statistics.SecondLevelTables = (_cutPages * QuartersPerPage) - quarters;
        statistics.FirstLevelTables = CountGiven(FrameUse.FirstLevelTable);
        statistics.FullFirstLevelTables = CountGiven(FrameUse.FullFirstLevelTable);
        statistics.LargeBlocks = CountGiven(FrameUse.LargeBlock);
        statistics.SectionBlocks = CountGiven(FrameUse.SectionBlock);
        statistics.SupersectionBlocks = CountGiven(FrameUse.SupersectionBlock);
        statistics.LargestFreeBlockInBytes = LargestLocked(ref machine);
        statistics.OutOfFramesFailures = _failures[(int)VmStatus.OutOfFrames];
        statistics.AlreadyFreeFailures = _failures[(int)VmStatus.AlreadyFree];
        statistics.NotManagedFailures = _failures[(int)VmStatus.NotManaged];
        statistics.WrongKindFailures = _failures[(int)VmStatus.WrongKind];
        statistics.MisalignedFailures = _failures[(int)VmStatus.Misaligned];
        _lock.Release(ref machine, LockRank.Frames);
    }

    /// <summary>Puts what the calling core keeps at hand back where every core finds it: before a core goes to sleep.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    public void Drain<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        ref FrameCache cache = ref Enter(ref machine, out uint interrupts);
        GatherLocked(ref machine, ref cache);
        Leave(ref machine, interrupts);
    }

    // Runs that are free and not in the rows.
    private uint CountAtHand(FrameUse use)
    {
        if (use != FrameUse.FirstLevelTable)
        {
            return IsKept(use) ? KeptOf(use).Count : 0;
        }

        uint count = _depot.Pairs.Count;
        for (uint core = 0; core < CoreCapacity; core++)
        {
            count += CacheOf(core).Pairs.Count;
        }

        return count;
    }

    private uint CountGiven(FrameUse use) => RunsOf(use) - CountAtHand(use);

    private uint LargestLocked<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        uint inRows = _index.LargestRun(ref machine) << PageSize.SmallShift;
        uint kept = _depot.Sections.Count != 0 ? PageSize.Section : _depot.Units.Count != 0 ? PageSize.Large : 0;
        return inRows > kept ? inRows : kept;
    }

    private static uint CountOfQuarters(uint bits)
    {
        uint count = 0;
        for (; bits != 0; bits &= bits - 1)
        {
            count++;
        }

        return count;
    }

    // Cut pages with all four quarters free, each counted where its lowest quarter that a cache or the depot holds lies.
    private readonly uint CountFreeCutPages<TMachine>(ref TMachine machine, ref CoreStack quarters)
        where TMachine : struct, IMachine
    {
        uint count = 0;
        for (uint index = quarters.Count; index-- > 0;)
        {
            uint quarter = CoreStack.Entry(ref quarters, index);
            uint info = machine.Data<uint>(_path.InfoOfQuarter(quarter));
            uint held = ~info & FrameInfo.KeptBits;
            bool isFree = FrameInfo.IsCut(info) && (info & FrameInfo.GivenBits) == 0;
            count += isFree && (held & (0 - held)) == KeptBit(quarter) ? 1u : 0u;
        }

        return count;
    }
}
