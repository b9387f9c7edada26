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
        description.State = StateLocked(ref machine, address.FrameNumber, out uint head);
        description.Start = PhysicalAddress.FromFrameNumber(head);
        if (description.State == FrameState.Used)
        {
            uint info = InfoOf(ref machine, head);
            description.Use = FrameInfo.UseOf(info);
            description.OwnerCount = description.Use switch
            {
                FrameUse.Page => (info & FrameInfo.OwnersMask) + 1,
                FrameUse.SecondLevelTable => CountOfQuarters(info),
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
        for (int core = 0; core < CoreCapacity; core++)
        {
            statistics.MagazineFrames += MagazineOf((uint)core).Count;
        }

        statistics.PoolFrames = _poolCount << PairShift;
        statistics.FreeFrames = _index.FreeFrames + statistics.MagazineFrames + statistics.PoolFrames;
        statistics.SecondLevelTables = _quarters;
        statistics.SecondLevelFrames = _partialFrames;
        statistics.FirstLevelTables = _blocks[(int)FrameUse.FirstLevelTable];
        statistics.FullFirstLevelTables = _blocks[(int)FrameUse.FullFirstLevelTable];
        statistics.LargeBlocks = _blocks[(int)FrameUse.LargeBlock];
        statistics.SectionBlocks = _blocks[(int)FrameUse.SectionBlock];
        statistics.SupersectionBlocks = _blocks[(int)FrameUse.SupersectionBlock];
        uint inBlocks = _partialFrames;
        for (FrameUse use = FrameUse.FirstLevelTable; use <= FrameUse.SupersectionBlock; use++)
        {
            inBlocks += _blocks[(int)use] << FrameInfo.FrameShiftOf(use);
        }

        statistics.Pages = _survey.ManagedFrames - statistics.FreeFrames - inBlocks;
        statistics.LargestFreeBlockInBytes = _index.LargestRun(ref machine) << PageSize.SmallShift;
        statistics.OutOfFramesFailures = _failures[(int)VmStatus.OutOfFrames];
        statistics.AlreadyFreeFailures = _failures[(int)VmStatus.AlreadyFree];
        statistics.NotManagedFailures = _failures[(int)VmStatus.NotManaged];
        statistics.WrongKindFailures = _failures[(int)VmStatus.WrongKind];
        statistics.MisalignedFailures = _failures[(int)VmStatus.Misaligned];
        _lock.Release(ref machine, LockRank.Frames);
    }

    /// <summary>Puts the calling core's free frames, and the pool's, back where every core finds them: before a core goes to sleep.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    public void Drain<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine => Gather(ref machine);

    private static uint CountOfQuarters(uint info) => (info & 1) + ((info >> 1) & 1) + ((info >> 2) & 1) + ((info >> 3) & 1);
}
