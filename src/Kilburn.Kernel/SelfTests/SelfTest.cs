namespace Kilburn.Kernel.SelfTests;

/// <summary>The self-tests, in the order in which they run: one list for the target and for the model.</summary>
public enum SelfTest
{
    /// <summary>Mmu caches and remap are on.</summary>
    MmuCachesAndRemapAreOn,

    /// <summary>Halves part at two gib.</summary>
    HalvesPartAtTwoGib,

    /// <summary>Table walks are cacheable.</summary>
    TableWalksAreCacheable,

    /// <summary>Memory is seen in the linear map.</summary>
    MemoryIsSeenInTheLinearMap,

    /// <summary>Largest blocks map memory.</summary>
    LargestBlocksMapMemory,

    /// <summary>No device is mapped as memory.</summary>
    NoDeviceIsMappedAsMemory,

    /// <summary>Memory is write back and shareable.</summary>
    MemoryIsWriteBackAndShareable,

    /// <summary>Identity map is gone.</summary>
    IdentityMapIsGone,

    /// <summary>User half is closed.</summary>
    UserHalfIsClosed,

    /// <summary>Text is read only and runs.</summary>
    TextIsReadOnlyAndRuns,

    /// <summary>Constants are read only and never run.</summary>
    ConstantsAreReadOnlyAndNeverRun,

    /// <summary>Data never runs.</summary>
    DataNeverRuns,

    /// <summary>No frame is writable and executable.</summary>
    NoFrameIsWritableAndExecutable,

    /// <summary>Vectors lie low and are used high.</summary>
    VectorsLieLowAndAreUsedHigh,

    /// <summary>Stack guards fault.</summary>
    StackGuardsFault,

    /// <summary>Frames begin at kernel end.</summary>
    FramesBeginAtKernelEnd,

    /// <summary>Pages come zeroed on request.</summary>
    PagesComeZeroedOnRequest,

    /// <summary>Tables are aligned and zeroed.</summary>
    TablesAreAlignedAndZeroed,

    /// <summary>A row of descriptors of any length is written, and counted up to the first other one.</summary>
    RowsOfDescriptorsAreWhole,

    /// <summary>Blocks are naturally aligned.</summary>
    BlocksAreNaturallyAligned,

    /// <summary>Metadata fits.</summary>
    MetadataFits,

    /// <summary>Shared page lives with its last owner.</summary>
    SharedPageLivesWithItsLastOwner,

    /// <summary>Out of frames is a value.</summary>
    OutOfFramesIsAValue,

    /// <summary>Wrong frees change nothing.</summary>
    WrongFreesChangeNothing,

    /// <summary>Switch pairs table and asid.</summary>
    SwitchPairsTableAndAsid,

    /// <summary>Generations roll over.</summary>
    GenerationsRollOver,

    /// <summary>Core flushes once a generation.</summary>
    CoreFlushesOnceAGeneration,

    /// <summary>Live spaces never share an asid.</summary>
    LiveSpacesNeverShareAnAsid,

    /// <summary>Recycled asid shows no old page.</summary>
    RecycledAsidShowsNoOldPage,

    /// <summary>Generation wrap makes all ask again.</summary>
    GenerationWrapMakesAllAskAgain,

    /// <summary>New page is zeroed and translates.</summary>
    NewPageIsZeroedAndTranslates,

    /// <summary>Rights hold for kernel and user.</summary>
    RightsHoldForKernelAndUser,

    /// <summary>User domain is closed in the kernel.</summary>
    UserDomainIsClosedInTheKernel,

    /// <summary>Kernel never runs user pages.</summary>
    KernelNeverRunsUserPages,

    /// <summary>Unmap then touch faults.</summary>
    UnmapThenTouchFaults,

    /// <summary>Protect then write faults.</summary>
    ProtectThenWriteFaults,

    /// <summary>Given frames keep their owner.</summary>
    GivenFramesKeepTheirOwner,

    /// <summary>Second level tables come and go.</summary>
    SecondLevelTablesComeAndGo,

    /// <summary>Space lists its pages.</summary>
    SpaceListsItsPages,

    /// <summary>Kernel half is the same in every space.</summary>
    KernelHalfIsTheSameInEverySpace,

    /// <summary>Ended space returns everything.</summary>
    EndedSpaceReturnsEverything,

    /// <summary>Page zero is mapped only by name.</summary>
    PageZeroIsMappedOnlyByName,

    /// <summary>Kernel addresses are refused.</summary>
    KernelAddressesAreRefused,

    /// <summary>Mmio maps any range.</summary>
    MmioMapsAnyRange,

    /// <summary>Mmio refuses memory.</summary>
    MmioRefusesMemory,

    /// <summary>Devices are device and never run.</summary>
    DevicesAreDeviceAndNeverRun,

    /// <summary>Heap blocks are aligned and apart.</summary>
    HeapBlocksAreAlignedAndApart,

    /// <summary>Heap resize keeps contents.</summary>
    HeapResizeKeepsContents,

    /// <summary>Heap gives memory back.</summary>
    HeapGivesMemoryBack,

    /// <summary>Heap finds misuse.</summary>
    HeapFindsMisuse,

    /// <summary>Heap refuses overflowing count.</summary>
    HeapRefusesOverflowingCount,

    /// <summary>Heap and mmio meet and survive.</summary>
    HeapAndMmioMeetAndSurvive,

    /// <summary>Data faults are decoded.</summary>
    DataFaultsAreDecoded,

    /// <summary>Fetch faults are decoded.</summary>
    FetchFaultsAreDecoded,

    /// <summary>Access flag fault is decoded.</summary>
    AccessFlagFaultIsDecoded,

    /// <summary>Many faults are survived.</summary>
    ManyFaultsAreSurvived,

    /// <summary>Program exits.</summary>
    ProgramExits,

    /// <summary>Calls keep registers.</summary>
    CallsKeepRegisters,

    /// <summary>Program faults are decoded.</summary>
    ProgramFaultsAreDecoded,

    /// <summary>What the processor reports of itself: misaligned accesses, and a bus that answers with an error.</summary>
    ProgramAbortsAreDecoded,

    /// <summary>Privileged instructions are undefined.</summary>
    PrivilegedInstructionsAreUndefined,

    /// <summary>Program handles its fault.</summary>
    ProgramHandlesItsFault,

    /// <summary>Fault in a handler ends the program.</summary>
    FaultInAHandlerEndsTheProgram,

    /// <summary>Child is awaited.</summary>
    ChildIsAwaited,

    /// <summary>Vfp is each threads own.</summary>
    VfpIsEachThreadsOwn,

    /// <summary>Thread pointers are each threads own.</summary>
    ThreadPointersAreEachThreadsOwn,

    /// <summary>Timer takes the processor.</summary>
    TimerTakesTheProcessor,

    /// <summary>Exclusive does not outlive an entry.</summary>
    ExclusiveDoesNotOutliveAnEntry,

    /// <summary>Sleep lasts at least as long.</summary>
    SleepLastsAtLeastAsLong,

    /// <summary>Copies say how far they came.</summary>
    CopiesSayHowFarTheyCame,

    /// <summary>Copies bring pages.</summary>
    CopiesBringPages,

    /// <summary>Copies refuse kernel addresses.</summary>
    CopiesRefuseKernelAddresses,

    /// <summary>Hostile calls are refused.</summary>
    HostileCallsAreRefused,

    /// <summary>Map prints the seeds tables.</summary>
    MapPrintsTheSeedsTables,

    /// <summary>Map shows a changed descriptor.</summary>
    MapShowsAChangedDescriptor,

    /// <summary>Walk ends in words.</summary>
    WalkEndsInWords,

    /// <summary>States are printed.</summary>
    StatesArePrinted,

    /// <summary>Steps are printed.</summary>
    StepsArePrinted,

    /// <summary>Fault command survives.</summary>
    FaultCommandSurvives,

    /// <summary>Wrong commands are named.</summary>
    WrongCommandsAreNamed,

    /// <summary>Batch stops at the first failure.</summary>
    BatchStopsAtTheFirstFailure,

    /// <summary>Help lists every command.</summary>
    HelpListsEveryCommand,

    /// <summary>Mmu agrees with the walk.</summary>
    MmuAgreesWithTheWalk,

    /// <summary>All cores keep their memory.</summary>
    AllCoresKeepTheirMemory,
}
