using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Benchmarks;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Demo;
using Kilburn.Kernel.Monitor;

namespace Kilburn.Kernel.SelfTests;

/// <summary>Address spaces: mapping, rights, and what is left when they end.</summary>
internal static class SpaceTests
{
    private const uint Word = 0x1234_5678;
    private const uint ByteInPage = 0x123;
    private const int PagesOfLife = 12;
    private const int RandomLives = 100;
    private const uint Seed = 0x2545_F491;
    private const uint AddressMask = 0x7FFF_F000;

    private static VirtualAddress Page => SpaceProbe.Page;

    internal static void NewPageIsZeroedAndTranslates<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        AddressSpace space = Make(in session, ref check);
        VmStatus status = space.TryMapNewPage(
            ref session.Machine,
            ref session.Memory.Frames,
            Page.Add(ByteInPage),
            AccessPermission.ReadWrite,
            Execution.Never,
            out PhysicalAddress frame);
        check.Succeeds(status, "map around an address"u8);
        check.Succeeds(session.Memory.Spaces.TryActivate(ref session.Machine, space), "activate"u8);
        uint word = Word;
        check.That(!session.Board.Probe(FaultAccess.Read, Page, ref word).IsFault && word == 0, "a new page"u8, word);
        word = Word;
        check.That(!session.Board.Probe(FaultAccess.Write, Page, ref word).IsFault, "store"u8);
        check.Equal(session.Machine.Data<uint>(frame), Word, "the frame's word"u8);
        status = space.TryTranslate(ref session.Machine, Page.Add(ByteInPage), out TableWalk walk);
        check.That(status == VmStatus.Ok && walk.Physical == frame.Add(ByteInPage), "translate"u8, walk.Physical.Value);
        status = space.TryMapNewPage(
            ref session.Machine,
            ref session.Memory.Frames,
            Page,
            AccessPermission.Read,
            Execution.Never,
            out _);
        check.Ends(status, VmStatus.AlreadyMapped, "map it again"u8);
        check.Succeeds(SpaceProbe.TryEnd(in session, space), "end"u8);
    }

    internal static void RightsHoldForKernelAndUser<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        AddressSpace space = Make(in session, ref check);
        MapWithRights(in session, ref check, space, Page, AccessPermission.KernelRead);
        MapWithRights(in session, ref check, space, Page.Add(PageSize.Small), AccessPermission.KernelReadWrite);
        MapWithRights(in session, ref check, space, Page.Add(2 * PageSize.Small), AccessPermission.Read);
        MapWithRights(in session, ref check, space, Page.Add(3 * PageSize.Small), AccessPermission.ReadWrite);
        check.Succeeds(session.Memory.Spaces.TryActivate(ref session.Machine, space), "activate"u8);
        uint domains = session.Machine.ReadRegister(SystemRegister.DomainAccessControl);
        session.Machine.WriteRegister(SystemRegister.DomainAccessControl, DomainAccess.KernelAndUser);
        session.Machine.SynchronizeContext();
        CheckRights(in session, ref check, Page, 0b0001);
        CheckRights(in session, ref check, Page.Add(PageSize.Small), 0b0011);
        CheckRights(in session, ref check, Page.Add(2 * PageSize.Small), 0b0101);
        CheckRights(in session, ref check, Page.Add(3 * PageSize.Small), 0b1111);
        session.Machine.WriteRegister(SystemRegister.DomainAccessControl, domains);
        session.Machine.SynchronizeContext();
        check.Succeeds(SpaceProbe.TryEnd(in session, space), "end"u8);
    }

    internal static void UserDomainIsClosedInTheKernel<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        check.That(SpaceProbe.TryMake(in session, Word, out AddressSpace space), "make a space"u8);
        TranslationAnswer answer = TranslationAnswer.Ask(ref session.Machine, Page, TranslationAccess.KernelRead);
        check.Equal((uint)answer.Status, (uint)FaultStatus.DomainSecondLevel, "a kernel read of user memory"u8);
        check.Succeeds(SpaceProbe.TryEnd(in session, space), "end"u8);
    }

    internal static void KernelNeverRunsUserPages<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        AddressSpace space = Make(in session, ref check);
        VmStatus status = space.TryMapNewPage(
            ref session.Machine,
            ref session.Memory.Frames,
            Page,
            AccessPermission.Read,
            Execution.Allowed,
            out _);
        check.Succeeds(status, "map"u8);
        check.Succeeds(session.Memory.Spaces.TryActivate(ref session.Machine, space), "activate"u8);
        StartTests.ExpectFault(
            in session, ref check, FaultAccess.Execute, Page, FaultStatus.PermissionSecondLevel);
        check.Succeeds(SpaceProbe.TryEnd(in session, space), "end"u8);
    }

    internal static void UnmapThenTouchFaults<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        check.That(SpaceProbe.TryMake(in session, Word, out AddressSpace space), "make a space"u8);
        VmStatus status = space.TryMapNewPage(
            ref session.Machine,
            ref session.Memory.Frames,
            Page.Add(PageSize.Small),
            AccessPermission.ReadWrite,
            Execution.Never,
            out _);
        check.Succeeds(status, "map a second page"u8);
        status = space.TryUnmapPage(ref session.Machine, ref session.Memory.Frames, Page);
        check.Succeeds(status, "unmap"u8);
        StartTests.ExpectFault(in session, ref check, FaultAccess.Read, Page, FaultStatus.TranslationSecondLevel);
        status = space.TryUnmapPage(ref session.Machine, ref session.Memory.Frames, Page);
        check.Ends(status, VmStatus.NotMapped, "unmap again"u8);
        status = space.TryUnmapPage(ref session.Machine, ref session.Memory.Frames, Page.Add(PageSize.Small));
        check.Succeeds(status, "unmap the last page"u8);
        StartTests.ExpectFault(in session, ref check, FaultAccess.Write, Page, FaultStatus.TranslationFirstLevel);
        check.Succeeds(SpaceProbe.TryEnd(in session, space), "end"u8);
    }

    internal static void ProtectThenWriteFaults<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        check.That(SpaceProbe.TryMake(in session, Word, out AddressSpace space), "make a space"u8);
        VmStatus status = space.TryProtect(ref session.Machine, Page, 1, AccessPermission.Read, Execution.Never);
        check.Succeeds(status, "protect"u8);
        StartTests.ExpectFault(in session, ref check, FaultAccess.Write, Page, FaultStatus.PermissionSecondLevel);
        uint word = 0;
        check.That(!session.Board.Probe(FaultAccess.Read, Page, ref word).IsFault && word == Word, "its word"u8, word);
        status = space.TryProtect(ref session.Machine, Page, 1, AccessPermission.ReadWrite, Execution.Never);
        check.Succeeds(status, "open it again"u8);
        check.That(!session.Board.Probe(FaultAccess.Write, Page, ref word).IsFault, "store"u8);
        check.Succeeds(SpaceProbe.TryEnd(in session, space), "end"u8);
    }

    internal static void GivenFramesKeepTheirOwner<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref FrameAllocator frames = ref session.Memory.Frames;
        VmStatus status = frames.TryAllocatePage(ref session.Machine, FrameContents.Zeroed, out PhysicalAddress page);
        if (!check.Has(status, "allocate a page"u8))
        {
            return;
        }

        session.Machine.Data<uint>(page) = Word;
        AddressSpace first = Make(in session, ref check);
        AddressSpace second = Make(in session, ref check);
        MapGiven(in session, ref check, first, page);
        MapGiven(in session, ref check, second, page);
        check.That(SpaceProbe.TryVisit(in session, first, out uint word) && word == Word, "the first space's"u8, word);
        check.That(SpaceProbe.TryVisit(in session, second, out word) && word == Word, "the second space's"u8, word);
        check.Succeeds(SpaceProbe.TryEnd(in session, first), "end the first"u8);
        check.Succeeds(SpaceProbe.TryEnd(in session, second), "end the second"u8);
        check.Equal(session.Machine.Data<uint>(page), Word, "the giver's word"u8);
        check.Succeeds(frames.TryFreePage(ref session.Machine, page), "the giver's free"u8);
    }

    internal static void SecondLevelTablesComeAndGo<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        session.Memory.Frames.GetStatistics(ref session.Machine, out FrameStatistics before);
        check.That(SpaceProbe.TryMake(in session, Word, out AddressSpace space), "make a space"u8);
        session.Memory.Frames.GetStatistics(ref session.Machine, out FrameStatistics mapped);
        check.Equal(mapped.SecondLevelTables - before.SecondLevelTables, 1, "tables of one page"u8);
        check.Succeeds(space.TryUnmapPage(ref session.Machine, ref session.Memory.Frames, Page), "unmap"u8);
        session.Memory.Frames.GetStatistics(ref session.Machine, out FrameStatistics unmapped);
        check.Equal(unmapped.SecondLevelTables, before.SecondLevelTables, "tables left"u8);
        check.Succeeds(SpaceProbe.TryEnd(in session, space), "end"u8);
    }

    internal static void SpaceListsItsPages<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        AddressSpace space = Make(in session, ref check);
        MapWithRights(in session, ref check, space, Page, AccessPermission.Read);
        MapWithRights(in session, ref check, space, Page.Add(2 * PageSize.Small), AccessPermission.ReadWrite);
        MapWithRights(in session, ref check, space, Page.Add(PageSize.Section), AccessPermission.KernelRead);
        MappingRuns runs = space.GetMappings(ref session.Machine);
        CheckRun(in session, ref check, ref runs, Page, AccessPermission.Read);
        CheckRun(in session, ref check, ref runs, Page.Add(2 * PageSize.Small), AccessPermission.ReadWrite);
        CheckRun(in session, ref check, ref runs, Page.Add(PageSize.Section), AccessPermission.KernelRead);
        check.That(!runs.TryNext(ref session.Machine, out MappingRun more), "a page too many"u8, more.Start.Value);
        check.Succeeds(SpaceProbe.TryEnd(in session, space), "end"u8);
    }

    internal static void KernelHalfIsTheSameInEverySpace<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        AddressSpace first = Make(in session, ref check);
        AddressSpace second = Make(in session, ref check);
        check.Succeeds(session.Memory.Spaces.TryActivate(ref session.Machine, first), "activate"u8);
        VmStatus status = session.Memory.TryAllocate(ref session.Machine, PageSize.Small, out VirtualAddress block);
        if (check.Has(status, "a heap block"u8))
        {
            session.Machine.Data<uint>(block) = Word;
            check.Succeeds(session.Memory.Spaces.TryActivate(ref session.Machine, second), "activate"u8);
            check.Equal(session.Machine.Data<uint>(block), Word, "the block's word in the other space"u8);
            check.Succeeds(session.Memory.TryFree(ref session.Machine, block), "free the block"u8);
        }

        check.Succeeds(SpaceProbe.TryEnd(in session, first), "end the first"u8);
        check.Succeeds(SpaceProbe.TryEnd(in session, second), "end the second"u8);
    }

    internal static void EndedSpaceReturnsEverything<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        RandomSequence random = new(Seed);
        session.Memory.Frames.GetStatistics(ref session.Machine, out FrameStatistics before);
        for (int life = 0; life < RandomLives; life++)
        {
            AddressSpace space = Make(in session, ref check);
            check.Succeeds(session.Memory.Spaces.TryActivate(ref session.Machine, space), "activate"u8);
            for (int index = 0; index < PagesOfLife; index++)
            {
                VirtualAddress address = new(random.Below(AddressSpace.EndValue) & AddressMask);
                VmStatus status = space.TryMapNewPage(
                    ref session.Machine,
                    ref session.Memory.Frames,
                    address,
                    AccessPermission.ReadWrite,
                    Execution.Never,
                    out _);
                check.That(status is VmStatus.Ok or VmStatus.AlreadyMapped or VmStatus.OutOfRange, "map"u8, address.Value);
                if (status == VmStatus.Ok && random.Below(2) != 0)
                {
                    status = space.TryUnmapPage(ref session.Machine, ref session.Memory.Frames, address);
                    check.Succeeds(status, "unmap"u8);
                }
            }

            check.Succeeds(SpaceProbe.TryEnd(in session, space), "end"u8);
        }

        session.Memory.Frames.GetStatistics(ref session.Machine, out FrameStatistics after);
        check.Equal(after.FreeFrames, before.FreeFrames, "free frames"u8);
    }

    internal static void PageZeroIsMappedOnlyByName<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        AddressSpace space = Make(in session, ref check);
        ref FrameAllocator frames = ref session.Memory.Frames;
        VmStatus status = space.TryMapNewPage(
            ref session.Machine, ref frames, default, AccessPermission.Read, Execution.Never, out _);
        check.Ends(status, VmStatus.OutOfRange, "page 0 by accident"u8);
        check.Succeeds(session.Memory.Spaces.TryActivate(ref session.Machine, space), "activate"u8);
        StartTests.ExpectFault(in session, ref check, FaultAccess.Read, default, FaultStatus.TranslationFirstLevel);
        status = space.TryMapNewNullPage(
            ref session.Machine, ref frames, AccessPermission.Read, Execution.Never, out _);
        check.Succeeds(status, "page 0 by name"u8);
        uint word = Word;
        check.That(!session.Board.Probe(FaultAccess.Read, default, ref word).IsFault && word == 0, "page 0"u8, word);
        check.Succeeds(space.TryUnmapPage(ref session.Machine, ref frames, default), "unmap page 0"u8);
        check.Succeeds(SpaceProbe.TryEnd(in session, space), "end"u8);
    }

    internal static void KernelAddressesAreRefused<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        AddressSpace space = Make(in session, ref check);
        ref FrameAllocator frames = ref session.Memory.Frames;
        for (uint address = AddressSpace.EndValue; address != 0; address += AddressSpace.EndValue >> 1)
        {
            VirtualAddress page = new(address);
            VmStatus status = space.TryMapNewPage(
                ref session.Machine, ref frames, page, AccessPermission.Read, Execution.Never, out _);
            check.Ends(status, VmStatus.OutOfRange, "map"u8);
            check.Ends(space.TryUnmapPage(ref session.Machine, ref frames, page), VmStatus.OutOfRange, "unmap"u8);
            status = space.TryProtect(ref session.Machine, page, 1, AccessPermission.Read, Execution.Never);
            check.Ends(status, VmStatus.OutOfRange, "protect"u8);
            status = space.TryTranslate(ref session.Machine, page, out _);
            check.Ends(status, VmStatus.OutOfRange, "translate"u8);
        }

        check.Succeeds(SpaceProbe.TryEnd(in session, space), "end"u8);
    }

    internal static AddressSpace Make<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = session.Memory.Spaces.TryCreate(
            ref session.Machine, ref session.Memory.Frames, out AddressSpace space);
        check.Succeeds(status, "make a space"u8);
        return space;
    }

    private static void MapWithRights<TInner, TBoard>(
        in Session<TInner, TBoard> session,
        ref Check check,
        AddressSpace space,
        VirtualAddress page,
        AccessPermission access)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = space.TryMapNewPage(
            ref session.Machine, ref session.Memory.Frames, page, access, Execution.Never, out _);
        check.Succeeds(status, "map"u8);
    }

    private static void MapGiven<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check, AddressSpace space, PhysicalAddress page)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = space.TryMapFrames(
            ref session.Machine,
            ref session.Memory.Frames,
            Page,
            page,
            1,
            AccessPermission.Read,
            Execution.Never,
            MemoryType.Normal);
        check.Succeeds(status, "map a given page"u8);
    }

    /// <param name="session">What it works on.</param>
    /// <param name="check">What is wrong.</param>
    /// <param name="page">The page.</param>
    /// <param name="allowed">A bit for each <see cref="TranslationAccess"/> that the MMU should grant.</param>
    private static void CheckRights<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check, VirtualAddress page, uint allowed)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        for (TranslationAccess access = TranslationAccess.KernelRead; access <= TranslationAccess.UserWrite; access++)
        {
            FaultStatus expected = (allowed & (1u << (int)access)) != 0
                ? FaultStatus.None
                : FaultStatus.PermissionSecondLevel;
            TranslationAnswer answer = TranslationAnswer.Ask(ref session.Machine, page, access);
            check.Equal((uint)answer.Status, (uint)expected, "rights"u8);
        }
    }

    private static void CheckRun<TInner, TBoard>(
        in Session<TInner, TBoard> session,
        ref Check check,
        ref MappingRuns runs,
        VirtualAddress start,
        AccessPermission access)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        check.That(runs.TryNext(ref session.Machine, out MappingRun run), "a run is missing"u8, start.Value);
        check.Equal(run.Start.Value, start.Value, "where a run starts"u8);
        check.Equal((uint)run.First.Access, (uint)access, "rights of a run"u8);
    }
}
