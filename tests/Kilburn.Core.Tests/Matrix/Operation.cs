namespace Kilburn.Core.Tests.Matrix;

/// <summary>What a core does in the matrix. Each is defined whatever is at its place: it succeeds, or is refused.</summary>
public enum Operation
{
    // Changes of a place, by the range.
    MapRange,
    MapInsteadAtOnce,
    MapAnywhere,
    Unmap,
    Protect,
    AdviseNeed,
    AdviseDiscard,
    AdviseAge,
    Move,
    MoveHere,
    Grow,
    GrowElsewhere,
    Shrink,

    // Pages that the kernel gives.
    MapPage,
    UnmapPage,

    // Objects.
    MapObject,
    MapCopyOfObject,
    CutObject,
    LengthenObject,

    // Faults.
    FirstWrite,
    FirstRead,
    WriteAfterClone,
    WriteObject,
    WriteCopyOfObject,

    // Whole spaces.
    CloneSpace,
    DestroyClone,
    CreateSpace,
    Query,

    // ASIDs.
    Switch,
    Leave,
    RollOver,

    // Frames.
    TakePages,
    FreePages,
    TakeSecondLevelTable,
    FreeSecondLevelTable,
    TakeFirstLevelTable,
    FreeFirstLevelTable,
    TakeBlock,
    FreeBlock,

    // Heap.
    HeapAllocate,
    HeapFree,
    HeapResize,
}
