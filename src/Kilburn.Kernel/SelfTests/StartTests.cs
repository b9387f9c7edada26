using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;

namespace Kilburn.Kernel.SelfTests;

/// <summary>What start-up leaves behind: registers, the linear map, rights, vectors.</summary>
internal static class StartTests
{
    private const uint MmuOn = 1u << 0;
    private const uint DataCacheOn = 1u << 2;
    private const uint BranchPredictionOn = 1u << 11;
    private const uint InstructionCacheOn = 1u << 12;
    private const uint HighVectors = 1u << 13;
    private const uint TexRemapOn = 1u << 28;
    private const uint AccessFlagOn = 1u << 29;
    private const uint SwitchedOn = MmuOn | DataCacheOn | BranchPredictionOn | InstructionCacheOn | HighVectors
        | TexRemapOn | AccessFlagOn;

    private const uint LowestPage = 0x10;
    private const uint HighestUserWord = 0x7FFF_FFFC;
    private const uint WalkAttributesMask = 0x7F;

    internal static void MmuCachesAndRemapAreOn<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint control = session.Machine.ReadRegister(SystemRegister.SystemControl);
        check.That((control & SwitchedOn) == SwitchedOn, "SCTLR"u8, control);
        uint primary = session.Machine.ReadRegister(SystemRegister.PrimaryRegionRemap);
        check.Equal(primary, MemoryRemap.Primary, "PRRR"u8);
        uint normal = session.Machine.ReadRegister(SystemRegister.NormalMemoryRemap);
        check.Equal(normal, MemoryRemap.Normal, "NMRR"u8);
        uint domains = session.Machine.ReadRegister(SystemRegister.DomainAccessControl);
        check.Equal(domains, DomainAccess.KernelOnly, "DACR"u8);
    }

    internal static void HalvesPartAtTwoGib<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        TranslationContext context = TranslationContext.Read(ref session.Machine);
        check.Equal(TranslationControl.SplitOf(context.Control), TranslationControl.HalfSplit, "TTBCR.N"u8);
        uint expected = TranslationControl.TableBase(session.Memory.Image.FirstLevelTable);
        check.Equal(context.KernelBase, expected, "TTBR1"u8);
    }

    internal static void TableWalksAreCacheable<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        TranslationContext context = TranslationContext.Read(ref session.Machine);
        check.Equal(context.KernelBase & WalkAttributesMask, TranslationControl.WalkAttributes, "TTBR1"u8);
        check.Equal(context.UserBase & WalkAttributesMask, TranslationControl.WalkAttributes, "TTBR0"u8);
    }

    internal static void MemoryIsSeenInTheLinearMap<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        MemoryMap map = session.Memory.Map;
        for (int index = 0; index < map.BankCount; index++)
        {
            PhysicalRange bank = LinearMapBuilder.Clip(map.GetBank(index));
            for (uint offset = 0; offset < bank.LengthInBytes; offset += PageSize.Section)
            {
                PhysicalAddress frame = bank.Start.Add(offset);
                TranslationAnswer answer = TranslationAnswer.Ask(
                    ref session.Machine, LinearMap.ToVirtual(frame), TranslationAccess.KernelRead);
                check.That(
                    answer.Status == FaultStatus.None && answer.Physical == frame, "memory is elsewhere"u8, frame.Value);
            }
        }
    }

    internal static void LargestBlocksMapMemory<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        TranslationContext context = TranslationContext.Read(ref session.Machine);
        uint imageEnd = session.Memory.Image.Data.End.AlignUp(PageSize.Supersection).Value;
        MemoryMap map = session.Memory.Map;
        for (int index = 0; index < map.BankCount; index++)
        {
            PhysicalRange bank = LinearMapBuilder.Clip(map.GetBank(index));
            uint first = bank.Start.AlignUp(PageSize.Supersection).Value;
            uint end = bank.End.AlignDown(PageSize.Supersection).Value;
            for (uint block = first < imageEnd ? imageEnd : first; block < end; block += PageSize.Supersection)
            {
                VirtualAddress address = LinearMap.ToVirtual(new PhysicalAddress(block));
                TableWalk walk = TableWalk.Of(ref session.Machine, in context, address);
                check.Equal(walk.Mapping.LengthInBytes, PageSize.Supersection, "a smaller block than fits"u8);
            }
        }
    }

    internal static void NoDeviceIsMappedAsMemory<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        MemoryMap map = session.Memory.Map;
        TranslationContext context = TranslationContext.Read(ref session.Machine);
        MappingRuns runs = new(in context, new VirtualRange(LinearMap.Start, LinearMap.LengthInBytes));
        while (runs.TryNext(ref session.Machine, out MappingRun run))
        {
            bool isInBank = false;
            for (int index = 0; index < map.BankCount; index++)
            {
                PhysicalRange bank = map.GetBank(index);
                isInBank |= bank.Contains(run.Physical) && run.LengthInBytes <= bank.End.Value - run.Physical.Value;
            }

            check.That(isInBank, "no memory, but mapped as such"u8, run.Physical.Value);
        }
    }

    internal static void IdentityMapIsGone<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        VirtualAddress address = new(session.Memory.Image.Text.Start.Value);
        TranslationAnswer answer =
            TranslationAnswer.Ask(ref session.Machine, address, TranslationAccess.KernelRead);
        check.Equal((uint)answer.Status, (uint)FaultStatus.TranslationFirstLevel, "ATS1CPR"u8);
        ExpectFault(in session, ref check, FaultAccess.Read, address, FaultStatus.TranslationFirstLevel);
    }

    internal static void UserHalfIsClosed<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        TranslationContext context = TranslationContext.Read(ref session.Machine);
        uint expected = TranslationControl.TableBase(session.Memory.Image.EmptyTable);
        check.Equal(context.UserBase, expected, "TTBR0"u8);
        check.That((context.Control & TranslationControl.NoUserWalks) != 0, "TTBCR.PD0"u8, context.Control);
        check.Equal(session.Machine.ReadRegister(SystemRegister.ContextId), 0, "CONTEXTIDR"u8);
        FaultStatus fault = FaultStatus.TranslationFirstLevel;
        ExpectFault(in session, ref check, FaultAccess.Read, new VirtualAddress(LowestPage), fault);
        ExpectFault(in session, ref check, FaultAccess.Write, new VirtualAddress(PageSize.Section), fault);
        ExpectFault(in session, ref check, FaultAccess.Read, new VirtualAddress(HighestUserWord), fault);
    }

    internal static void TextIsReadOnlyAndRuns<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        TranslationContext context = TranslationContext.Read(ref session.Machine);
        PhysicalRange text = session.Memory.Image.Text;
        for (uint offset = 0; offset < text.LengthInBytes; offset += PageSize.Small)
        {
            VirtualAddress address = LinearMap.ToVirtual(text.Start.Add(offset));
            TableWalk walk = TableWalk.Of(ref session.Machine, in context, address);
            check.That(walk.Mapping.Execution == Execution.Allowed, "text does not run"u8, address.Value);
            ExpectReadOnly(in session, ref check, address);
        }

        ExpectFault(
            in session,
            ref check,
            FaultAccess.Write,
            LinearMap.ToVirtual(text.Start),
            FaultStatus.PermissionSecondLevel);
    }

    internal static void ConstantsAreReadOnlyAndNeverRun<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        PhysicalRange constants = session.Memory.Image.Constants;
        for (uint offset = 0; offset < constants.LengthInBytes; offset += PageSize.Small)
        {
            ExpectReadOnly(in session, ref check, LinearMap.ToVirtual(constants.Start.Add(offset)));
        }

        VirtualAddress first = LinearMap.ToVirtual(constants.Start);
        ExpectFault(in session, ref check, FaultAccess.Write, first, FaultStatus.PermissionSecondLevel);
        ExpectFault(in session, ref check, FaultAccess.Execute, first, FaultStatus.PermissionSecondLevel);
    }

    internal static void DataNeverRuns<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        VirtualAddress data = LinearMap.ToVirtual(session.Memory.Image.Data.Start);
        ExpectFault(in session, ref check, FaultAccess.Execute, data, FaultStatus.PermissionSecondLevel);
        VmStatus status = session.Memory.Frames.TryAllocatePage(
            ref session.Machine, FrameContents.Zeroed, out PhysicalAddress page);
        if (check.Has(status, "allocate a page"u8))
        {
            uint word = 0;
            FaultReport report = session.Board.Probe(FaultAccess.Execute, LinearMap.ToVirtual(page), ref word);
            check.That(
                report.Status is FaultStatus.PermissionFirstLevel or FaultStatus.PermissionSecondLevel,
                "a page of the frame allocator runs"u8,
                (uint)report.Status);
            check.Succeeds(session.Memory.Frames.TryFreePage(ref session.Machine, page), "free the page"u8);
        }
    }

    /// <summary>Judged by frame, over all mappings of the kernel half.</summary>
    internal static void NoFrameIsWritableAndExecutable<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        TranslationContext context = TranslationContext.Read(ref session.Machine);
        VirtualRange kernelHalf = VirtualRange.Between(LinearMap.Start, default);
        MappingRuns runs = new(in context, kernelHalf);
        uint executableRuns = 0;
        while (runs.TryNext(ref session.Machine, out MappingRun run))
        {
            if (run.First.Execution == Execution.Never)
            {
                continue;
            }

            executableRuns++;
            PhysicalRange frames = new(run.Physical, run.LengthInBytes);
            MappingRuns aliases = new(in context, kernelHalf);
            while (aliases.TryNext(ref session.Machine, out MappingRun alias))
            {
                bool isWritable = alias.First.Access is AccessPermission.KernelReadWrite or AccessPermission.ReadWrite;
                bool isSame = frames.Overlaps(new PhysicalRange(alias.Physical, alias.LengthInBytes));
                check.That(!isWritable || !isSame, "executable here, writable elsewhere"u8, run.Start.Value);
            }
        }

        check.That(executableRuns >= 2, "text and vectors should run"u8, executableRuns);
    }

    internal static void MemoryIsWriteBackAndShareable<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        TranslationContext context = TranslationContext.Read(ref session.Machine);
        MappingRuns runs = new(in context, new VirtualRange(LinearMap.Start, LinearMap.LengthInBytes));
        while (runs.TryNext(ref session.Machine, out MappingRun run))
        {
            check.That(run.First.Type == MemoryType.Normal, "not write-back"u8, run.Start.Value);
            check.That(run.First.IsShareable, "not shareable"u8, run.Start.Value);
            check.That(run.First.Scope == Scope.Global, "not global"u8, run.Start.Value);
        }
    }

    internal static void FramesBeginAtKernelEnd<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        PhysicalAddress end = session.Memory.Image.Data.End.AlignUp(PageSize.Small);
        ref FrameAllocator frames = ref session.Memory.Frames;
        PhysicalAddress first = end.Add((uint)session.Board.Archive.Length).AlignUp(PageSize.Small);
        frames.Describe(ref session.Machine, first, out FrameDescription description);
        check.That(
            description.State == FrameState.Metadata, "first frame behind kernel and files"u8, (uint)description.State);
        frames.Describe(ref session.Machine, new PhysicalAddress(end.Value - 1), out description);
        check.That(description.State == FrameState.NotManaged, "last frame of the kernel"u8, (uint)description.State);
        frames.Describe(ref session.Machine, session.Memory.Image.FirstLevelTable, out description);
        check.That(description.State == FrameState.NotManaged, "the kernel's L1 table"u8, (uint)description.State);
        frames.GetStatistics(ref session.Machine, out FrameStatistics statistics);
        uint sum = statistics.ReservedFrames + statistics.MetadataFrames + statistics.ManagedFrames;
        check.Equal(sum, statistics.TotalFrames, "frames that nobody counts"u8);
    }

    internal static void VectorsLieLowAndAreUsedHigh<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        TranslationContext context = TranslationContext.Read(ref session.Machine);
        TableWalk walk = TableWalk.Of(ref session.Machine, in context, VectorTable.High);
        check.That(walk.IsMapped && walk.Physical.Value == 0, "0xFFFF0000 leads elsewhere"u8, walk.Physical.Value);
        check.That(walk.Mapping.Execution == Execution.Allowed, "vectors do not run"u8);
        for (uint offset = 0; offset < session.Memory.Image.VectorSource.LengthInBytes; offset += sizeof(uint))
        {
            uint word = 0;
            FaultReport report = session.Board.Probe(FaultAccess.Read, VectorTable.High.Add(offset), ref word);
            uint linked = ~word;
            VirtualAddress source = LinearMap.ToVirtual(session.Memory.Image.VectorSource.Start.Add(offset));
            bool isRead = !report.IsFault && !session.Board.Probe(FaultAccess.Read, source, ref linked).IsFault;
            check.That(isRead && word == linked, "not the vectors of the image"u8, word);
        }

        ExpectFault(in session, ref check, FaultAccess.Write, VectorTable.High, FaultStatus.PermissionSecondLevel);
        ExpectReadOnly(in session, ref check, LinearMap.Start);
    }

    internal static void StackGuardsFault<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        TranslationContext context = TranslationContext.Read(ref session.Machine);
        uint end = session.Memory.Image.MappedEnd.Value;
        uint guards = 0;
        for (uint page = 0; page < end; page += PageSize.Small)
        {
            VirtualAddress address = LinearMap.ToVirtual(new PhysicalAddress(page));
            if (!TableWalk.Of(ref session.Machine, in context, address).IsMapped)
            {
                guards++;
                ExpectFault(in session, ref check, FaultAccess.Write, address, FaultStatus.TranslationSecondLevel);
            }
        }

        check.That(guards >= (uint)TInner.CoreCount, "fewer guards than cores"u8, guards);
    }

    internal static void ExpectFault<TInner, TBoard>(
        in Session<TInner, TBoard> session,
        ref Check check,
        FaultAccess access,
        VirtualAddress address,
        FaultStatus expected)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint word = 0;
        FaultReport report = session.Board.Probe(access, address, ref word);
        check.Equal((uint)report.Status, (uint)expected, "fault status"u8);
        check.That(!report.IsFault || report.Address == address, "fault address"u8, report.Address.Value);
        check.That(!report.IsFault || report.Access == access, "access"u8, (uint)report.Access);
    }

    private static void ExpectReadOnly<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check, VirtualAddress address)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        TranslationAnswer read = TranslationAnswer.Ask(ref session.Machine, address, TranslationAccess.KernelRead);
        TranslationAnswer write = TranslationAnswer.Ask(ref session.Machine, address, TranslationAccess.KernelWrite);
        check.That(read.Status == FaultStatus.None, "cannot be read"u8, address.Value);
        check.That(
            write.Status is FaultStatus.PermissionFirstLevel or FaultStatus.PermissionSecondLevel,
            "can be written"u8,
            address.Value);
    }
}
