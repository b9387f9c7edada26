using System;
using Kilburn.Core;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;

namespace Kilburn.Kernel.SelfTests;

/// <summary>Names of the self-tests, and the way to each.</summary>
public static class SelfTestTable
{
    /// <summary>Number of tests.</summary>
    public const int Count = (int)SelfTest.AllCoresKeepTheirMemory + 1;

    /// <summary>The test's name, as it is printed.</summary>
    /// <param name="test">Any test.</param>
    public static ReadOnlySpan<byte> NameOf(SelfTest test) => test switch
    {
        SelfTest.MmuCachesAndRemapAreOn => "mmu_caches_and_remap_are_on"u8,
        SelfTest.HalvesPartAtTwoGib => "halves_part_at_2_gib"u8,
        SelfTest.TableWalksAreCacheable => "table_walks_are_cacheable"u8,
        SelfTest.MemoryIsSeenInTheLinearMap => "memory_is_seen_at_0x80000000"u8,
        SelfTest.LargestBlocksMapMemory => "largest_blocks_map_memory"u8,
        SelfTest.NoDeviceIsMappedAsMemory => "no_device_is_mapped_as_memory"u8,
        SelfTest.MemoryIsWriteBackAndShareable => "memory_is_write_back_and_shareable"u8,
        SelfTest.IdentityMapIsGone => "identity_map_is_gone"u8,
        SelfTest.UserHalfIsClosed => "user_half_is_closed"u8,
        SelfTest.TextIsReadOnlyAndRuns => "text_is_read_only_and_runs"u8,
        SelfTest.ConstantsAreReadOnlyAndNeverRun => "constants_are_read_only_and_never_run"u8,
        SelfTest.DataNeverRuns => "data_never_runs"u8,
        SelfTest.NoFrameIsWritableAndExecutable => "no_frame_is_writable_and_executable"u8,
        SelfTest.VectorsLieLowAndAreUsedHigh => "vectors_lie_at_0_and_are_used_at_0xffff0000"u8,
        SelfTest.StackGuardsFault => "stack_guards_fault"u8,
        SelfTest.FramesBeginAtKernelEnd => "frames_begin_at_kernel_end"u8,
        SelfTest.PagesComeZeroedOnRequest => "pages_come_zeroed_on_request"u8,
        SelfTest.TablesAreAlignedAndZeroed => "tables_are_aligned_and_zeroed"u8,
        SelfTest.RowsOfDescriptorsAreWhole => "rows_of_descriptors_are_whole"u8,
        SelfTest.BlocksAreNaturallyAligned => "blocks_are_naturally_aligned"u8,
        SelfTest.MetadataFits => "metadata_fits_4.5_bytes_a_frame"u8,
        SelfTest.SharedPageLivesWithItsLastOwner => "shared_page_lives_with_its_last_owner"u8,
        SelfTest.OutOfFramesIsAValue => "out_of_frames_is_a_value"u8,
        SelfTest.WrongFreesChangeNothing => "wrong_frees_change_nothing"u8,
        SelfTest.SwitchPairsTableAndAsid => "switch_pairs_table_and_asid"u8,
        SelfTest.GenerationsRollOver => "generations_roll_over"u8,
        SelfTest.CoreFlushesOnceAGeneration => "core_flushes_once_a_generation"u8,
        SelfTest.LiveSpacesNeverShareAnAsid => "live_spaces_never_share_an_asid"u8,
        SelfTest.RecycledAsidShowsNoOldPage => "recycled_asid_shows_no_old_page"u8,
        SelfTest.GenerationWrapMakesAllAskAgain => "generation_wrap_makes_all_ask_again"u8,
        SelfTest.NewPageIsZeroedAndTranslates => "new_page_is_zeroed_and_translates"u8,
        SelfTest.RightsHoldForKernelAndUser => "rights_hold_for_kernel_and_user"u8,
        SelfTest.UserDomainIsClosedInTheKernel => "user_domain_is_closed_in_the_kernel"u8,
        SelfTest.KernelNeverRunsUserPages => "kernel_never_runs_user_pages"u8,
        SelfTest.UnmapThenTouchFaults => "unmap_then_touch_faults"u8,
        SelfTest.ProtectThenWriteFaults => "protect_then_write_faults"u8,
        SelfTest.GivenFramesKeepTheirOwner => "given_frames_keep_their_owner"u8,
        SelfTest.SecondLevelTablesComeAndGo => "second_level_tables_come_and_go"u8,
        SelfTest.SpaceListsItsPages => "space_lists_its_pages"u8,
        SelfTest.KernelHalfIsTheSameInEverySpace => "kernel_half_is_the_same_in_every_space"u8,
        SelfTest.EndedSpaceReturnsEverything => "ended_space_returns_everything"u8,
        SelfTest.PageZeroIsMappedOnlyByName => "page_0_is_mapped_only_by_name"u8,
        SelfTest.KernelAddressesAreRefused => "kernel_addresses_are_refused"u8,
        SelfTest.MmioMapsAnyRange => "mmio_maps_any_range"u8,
        SelfTest.MmioRefusesMemory => "mmio_refuses_memory"u8,
        SelfTest.DevicesAreDeviceAndNeverRun => "devices_are_device_memory_and_never_run"u8,
        SelfTest.HeapBlocksAreAlignedAndApart => "heap_blocks_are_aligned_and_apart"u8,
        SelfTest.HeapResizeKeepsContents => "heap_resize_keeps_contents"u8,
        SelfTest.HeapGivesMemoryBack => "heap_gives_memory_back"u8,
        SelfTest.HeapFindsMisuse => "heap_finds_double_free_and_overrun"u8,
        SelfTest.HeapRefusesOverflowingCount => "heap_refuses_overflowing_count"u8,
        SelfTest.HeapAndMmioMeetAndSurvive => "heap_and_mmio_meet_and_survive"u8,
        SelfTest.DataFaultsAreDecoded => "data_faults_are_decoded"u8,
        SelfTest.FetchFaultsAreDecoded => "fetch_faults_are_decoded"u8,
        SelfTest.AccessFlagFaultIsDecoded => "access_flag_fault_is_decoded"u8,
        SelfTest.ManyFaultsAreSurvived => "many_faults_are_survived"u8,
        SelfTest.ProgramExits => "program_exits"u8,
        SelfTest.CallsKeepRegisters => "calls_keep_registers"u8,
        SelfTest.ProgramFaultsAreDecoded => "program_faults_are_decoded"u8,
        SelfTest.ProgramAbortsAreDecoded => "program_aborts_are_decoded"u8,
        SelfTest.PrivilegedInstructionsAreUndefined => "privileged_instructions_are_undefined"u8,
        SelfTest.ProgramHandlesItsFault => "program_handles_its_fault"u8,
        SelfTest.FaultInAHandlerEndsTheProgram => "fault_in_a_handler_ends_the_program"u8,
        SelfTest.ChildIsAwaited => "child_is_awaited"u8,
        SelfTest.VfpIsEachThreadsOwn => "vfp_is_each_threads_own"u8,
        SelfTest.ThreadPointersAreEachThreadsOwn => "thread_pointers_are_each_threads_own"u8,
        SelfTest.TimerTakesTheProcessor => "timer_takes_the_processor"u8,
        SelfTest.ExclusiveDoesNotOutliveAnEntry => "exclusive_does_not_outlive_an_entry"u8,
        SelfTest.SleepLastsAtLeastAsLong => "sleep_lasts_at_least_as_long"u8,
        SelfTest.CopiesSayHowFarTheyCame => "copies_say_how_far_they_came"u8,
        SelfTest.CopiesBringPages => "copies_bring_pages"u8,
        SelfTest.CopiesRefuseKernelAddresses => "copies_refuse_kernel_addresses"u8,
        SelfTest.HostileCallsAreRefused => "hostile_calls_are_refused"u8,
        SelfTest.MapPrintsTheSeedsTables => "map_prints_the_seeds_tables"u8,
        SelfTest.MapShowsAChangedDescriptor => "map_shows_a_changed_descriptor"u8,
        SelfTest.WalkEndsInWords => "walk_ends_in_words"u8,
        SelfTest.StatesArePrinted => "states_are_printed"u8,
        SelfTest.StepsArePrinted => "steps_are_printed"u8,
        SelfTest.FaultCommandSurvives => "fault_command_survives"u8,
        SelfTest.WrongCommandsAreNamed => "wrong_commands_are_named"u8,
        SelfTest.BatchStopsAtTheFirstFailure => "batch_stops_at_the_first_failure"u8,
        SelfTest.HelpListsEveryCommand => "help_lists_every_command"u8,
        SelfTest.MmuAgreesWithTheWalk => "mmu_agrees_with_the_walk"u8,
        SelfTest.AllCoresKeepTheirMemory => "all_cores_keep_their_memory"u8,
        _ => "?"u8,
    };

    /// <summary>Runs a test.</summary>
    /// <param name="session">What it works on: no space is active.</param>
    /// <param name="test">Any test.</param>
    /// <param name="check">Gets what is wrong.</param>
    internal static void Run<TInner, TBoard>(in Session<TInner, TBoard> session, SelfTest test, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        switch (test)
        {
            case SelfTest.MmuCachesAndRemapAreOn:
                StartTests.MmuCachesAndRemapAreOn(in session, ref check);
                break;
            case SelfTest.HalvesPartAtTwoGib:
                StartTests.HalvesPartAtTwoGib(in session, ref check);
                break;
            case SelfTest.TableWalksAreCacheable:
                StartTests.TableWalksAreCacheable(in session, ref check);
                break;
            case SelfTest.MemoryIsSeenInTheLinearMap:
                StartTests.MemoryIsSeenInTheLinearMap(in session, ref check);
                break;
            case SelfTest.LargestBlocksMapMemory:
                StartTests.LargestBlocksMapMemory(in session, ref check);
                break;
            case SelfTest.NoDeviceIsMappedAsMemory:
                StartTests.NoDeviceIsMappedAsMemory(in session, ref check);
                break;
            case SelfTest.MemoryIsWriteBackAndShareable:
                StartTests.MemoryIsWriteBackAndShareable(in session, ref check);
                break;
            case SelfTest.IdentityMapIsGone:
                StartTests.IdentityMapIsGone(in session, ref check);
                break;
            case SelfTest.UserHalfIsClosed:
                StartTests.UserHalfIsClosed(in session, ref check);
                break;
            case SelfTest.TextIsReadOnlyAndRuns:
                StartTests.TextIsReadOnlyAndRuns(in session, ref check);
                break;
            case SelfTest.ConstantsAreReadOnlyAndNeverRun:
                StartTests.ConstantsAreReadOnlyAndNeverRun(in session, ref check);
                break;
            case SelfTest.DataNeverRuns:
                StartTests.DataNeverRuns(in session, ref check);
                break;
            case SelfTest.NoFrameIsWritableAndExecutable:
                StartTests.NoFrameIsWritableAndExecutable(in session, ref check);
                break;
            case SelfTest.VectorsLieLowAndAreUsedHigh:
                StartTests.VectorsLieLowAndAreUsedHigh(in session, ref check);
                break;
            case SelfTest.StackGuardsFault:
                StartTests.StackGuardsFault(in session, ref check);
                break;
            case SelfTest.FramesBeginAtKernelEnd:
                StartTests.FramesBeginAtKernelEnd(in session, ref check);
                break;
            case SelfTest.PagesComeZeroedOnRequest:
                FrameTests.PagesComeZeroedOnRequest(in session, ref check);
                break;
            case SelfTest.TablesAreAlignedAndZeroed:
                FrameTests.TablesAreAlignedAndZeroed(in session, ref check);
                break;
            case SelfTest.RowsOfDescriptorsAreWhole:
                FrameTests.RowsOfDescriptorsAreWhole(in session, ref check);
                break;
            case SelfTest.BlocksAreNaturallyAligned:
                FrameTests.BlocksAreNaturallyAligned(in session, ref check);
                break;
            case SelfTest.MetadataFits:
                FrameTests.MetadataFits(in session, ref check);
                break;
            case SelfTest.SharedPageLivesWithItsLastOwner:
                FrameTests.SharedPageLivesWithItsLastOwner(in session, ref check);
                break;
            case SelfTest.OutOfFramesIsAValue:
                FrameTests.OutOfFramesIsAValue(in session, ref check);
                break;
            case SelfTest.WrongFreesChangeNothing:
                FrameTests.WrongFreesChangeNothing(in session, ref check);
                break;
            case SelfTest.SwitchPairsTableAndAsid:
                AsidTests.SwitchPairsTableAndAsid(in session, ref check);
                break;
            case SelfTest.GenerationsRollOver:
                AsidTests.GenerationsRollOver(in session, ref check);
                break;
            case SelfTest.CoreFlushesOnceAGeneration:
                AsidTests.CoreFlushesOnceAGeneration(in session, ref check);
                break;
            case SelfTest.LiveSpacesNeverShareAnAsid:
                AsidTests.LiveSpacesNeverShareAnAsid(in session, ref check);
                break;
            case SelfTest.RecycledAsidShowsNoOldPage:
                AsidTests.RecycledAsidShowsNoOldPage(in session, ref check);
                break;
            case SelfTest.GenerationWrapMakesAllAskAgain:
                AsidTests.GenerationWrapMakesAllAskAgain(in session, ref check);
                break;
            case SelfTest.NewPageIsZeroedAndTranslates:
                SpaceTests.NewPageIsZeroedAndTranslates(in session, ref check);
                break;
            case SelfTest.RightsHoldForKernelAndUser:
                SpaceTests.RightsHoldForKernelAndUser(in session, ref check);
                break;
            case SelfTest.UserDomainIsClosedInTheKernel:
                SpaceTests.UserDomainIsClosedInTheKernel(in session, ref check);
                break;
            case SelfTest.KernelNeverRunsUserPages:
                SpaceTests.KernelNeverRunsUserPages(in session, ref check);
                break;
            case SelfTest.UnmapThenTouchFaults:
                SpaceTests.UnmapThenTouchFaults(in session, ref check);
                break;
            case SelfTest.ProtectThenWriteFaults:
                SpaceTests.ProtectThenWriteFaults(in session, ref check);
                break;
            case SelfTest.GivenFramesKeepTheirOwner:
                SpaceTests.GivenFramesKeepTheirOwner(in session, ref check);
                break;
            case SelfTest.SecondLevelTablesComeAndGo:
                SpaceTests.SecondLevelTablesComeAndGo(in session, ref check);
                break;
            case SelfTest.SpaceListsItsPages:
                SpaceTests.SpaceListsItsPages(in session, ref check);
                break;
            case SelfTest.KernelHalfIsTheSameInEverySpace:
                SpaceTests.KernelHalfIsTheSameInEverySpace(in session, ref check);
                break;
            case SelfTest.EndedSpaceReturnsEverything:
                SpaceTests.EndedSpaceReturnsEverything(in session, ref check);
                break;
            case SelfTest.PageZeroIsMappedOnlyByName:
                SpaceTests.PageZeroIsMappedOnlyByName(in session, ref check);
                break;
            case SelfTest.KernelAddressesAreRefused:
                SpaceTests.KernelAddressesAreRefused(in session, ref check);
                break;
            case SelfTest.MmioMapsAnyRange:
                WindowTests.MmioMapsAnyRange(in session, ref check);
                break;
            case SelfTest.MmioRefusesMemory:
                WindowTests.MmioRefusesMemory(in session, ref check);
                break;
            case SelfTest.DevicesAreDeviceAndNeverRun:
                WindowTests.DevicesAreDeviceAndNeverRun(in session, ref check);
                break;
            case SelfTest.HeapBlocksAreAlignedAndApart:
                WindowTests.HeapBlocksAreAlignedAndApart(in session, ref check);
                break;
            case SelfTest.HeapResizeKeepsContents:
                WindowTests.HeapResizeKeepsContents(in session, ref check);
                break;
            case SelfTest.HeapGivesMemoryBack:
                WindowTests.HeapGivesMemoryBack(in session, ref check);
                break;
            case SelfTest.HeapFindsMisuse:
                WindowTests.HeapFindsMisuse(in session, ref check);
                break;
            case SelfTest.HeapRefusesOverflowingCount:
                WindowTests.HeapRefusesOverflowingCount(in session, ref check);
                break;
            case SelfTest.HeapAndMmioMeetAndSurvive:
                WindowTests.HeapAndMmioMeetAndSurvive(in session, ref check);
                break;
            case SelfTest.DataFaultsAreDecoded:
                FaultTests.DataFaultsAreDecoded(in session, ref check);
                break;
            case SelfTest.FetchFaultsAreDecoded:
                FaultTests.FetchFaultsAreDecoded(in session, ref check);
                break;
            case SelfTest.AccessFlagFaultIsDecoded:
                FaultTests.AccessFlagFaultIsDecoded(in session, ref check);
                break;
            case SelfTest.ManyFaultsAreSurvived:
                FaultTests.ManyFaultsAreSurvived(in session, ref check);
                break;
            case SelfTest.ProgramExits:
                ProcessTests.ProgramExits(in session, ref check);
                break;
            case SelfTest.CallsKeepRegisters:
                ProcessTests.CallsKeepRegisters(in session, ref check);
                break;
            case SelfTest.ProgramFaultsAreDecoded:
                ProcessTests.ProgramFaultsAreDecoded(in session, ref check);
                break;
            case SelfTest.ProgramAbortsAreDecoded:
                AbortTests.ProgramAbortsAreDecoded(in session, ref check);
                break;
            case SelfTest.PrivilegedInstructionsAreUndefined:
                ProcessTests.PrivilegedInstructionsAreUndefined(in session, ref check);
                break;
            case SelfTest.ProgramHandlesItsFault:
                ProcessTests.ProgramHandlesItsFault(in session, ref check);
                break;
            case SelfTest.FaultInAHandlerEndsTheProgram:
                ProcessTests.FaultInAHandlerEndsTheProgram(in session, ref check);
                break;
            case SelfTest.ChildIsAwaited:
                ProcessTests.ChildIsAwaited(in session, ref check);
                break;
            case SelfTest.VfpIsEachThreadsOwn:
                ThreadTests.VfpIsEachThreadsOwn(in session, ref check);
                break;
            case SelfTest.ThreadPointersAreEachThreadsOwn:
                ThreadTests.ThreadPointersAreEachThreadsOwn(in session, ref check);
                break;
            case SelfTest.TimerTakesTheProcessor:
                ThreadTests.TimerTakesTheProcessor(in session, ref check);
                break;
            case SelfTest.ExclusiveDoesNotOutliveAnEntry:
                ThreadTests.ExclusiveDoesNotOutliveAnEntry(in session, ref check);
                break;
            case SelfTest.SleepLastsAtLeastAsLong:
                ThreadTests.SleepLastsAtLeastAsLong(in session, ref check);
                break;
            case SelfTest.CopiesSayHowFarTheyCame:
                UserMemoryTests.CopiesSayHowFarTheyCame(in session, ref check);
                break;
            case SelfTest.CopiesBringPages:
                UserMemoryTests.CopiesBringPages(in session, ref check);
                break;
            case SelfTest.CopiesRefuseKernelAddresses:
                UserMemoryTests.CopiesRefuseKernelAddresses(in session, ref check);
                break;
            case SelfTest.HostileCallsAreRefused:
                ProcessTests.HostileCallsAreRefused(in session, ref check);
                break;
            case SelfTest.MapPrintsTheSeedsTables:
                MonitorTests.MapPrintsTheSeedsTables(in session, ref check);
                break;
            case SelfTest.MapShowsAChangedDescriptor:
                MonitorTests.MapShowsAChangedDescriptor(in session, ref check);
                break;
            case SelfTest.WalkEndsInWords:
                MonitorTests.WalkEndsInWords(in session, ref check);
                break;
            case SelfTest.StatesArePrinted:
                MonitorTests.StatesArePrinted(in session, ref check);
                break;
            case SelfTest.StepsArePrinted:
                MonitorTests.StepsArePrinted(in session, ref check);
                break;
            case SelfTest.FaultCommandSurvives:
                MonitorTests.FaultCommandSurvives(in session, ref check);
                break;
            case SelfTest.WrongCommandsAreNamed:
                MonitorTests.WrongCommandsAreNamed(in session, ref check);
                break;
            case SelfTest.BatchStopsAtTheFirstFailure:
                MonitorTests.BatchStopsAtTheFirstFailure(in session, ref check);
                break;
            case SelfTest.HelpListsEveryCommand:
                MonitorTests.HelpListsEveryCommand(in session, ref check);
                break;
            case SelfTest.MmuAgreesWithTheWalk:
                MmuTests.MmuAgreesWithTheWalk(in session, ref check);
                break;
            case SelfTest.AllCoresKeepTheirMemory:
                CoreTests.AllCoresKeepTheirMemory(in session, ref check);
                break;
            default:
                check.That(false, "no such test"u8, (uint)test);
                break;
        }
    }
}
