namespace Kilburn.Core;

/// <summary>Outcome of an operation that can fail for a reason the caller can act on.</summary>
/// <remarks>
/// Zero is success, so that a status costs one compare. Values are stable: they appear in kernel logs and tools.
/// Unless a member says otherwise, an operation that fails leaves everything as it was.
/// </remarks>
public enum VmStatus : byte
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>An address or size is not a multiple of the unit that the operation works in.</summary>
    Misaligned = 1,

    /// <summary>The range leaves what the operation manages, is empty, or wraps past 2^32.</summary>
    OutOfRange = 2,

    /// <summary>A live descriptor already covers the address.</summary>
    AlreadyMapped = 3,

    /// <summary>No live descriptor covers the address.</summary>
    NotMapped = 4,

    /// <summary>No frame was free, or no run of frames of the size asked for.</summary>
    OutOfFrames = 5,

    /// <summary>What is freed is free already.</summary>
    AlreadyFree = 6,

    /// <summary>The frame was never given out: it lies outside of managed memory, or is reserved.</summary>
    NotManaged = 7,

    /// <summary>The frame was given out as something else: another size, or another use.</summary>
    WrongKind = 8,

    /// <summary>The kernel heap and the MMIO window would meet.</summary>
    WindowFull = 9,

    /// <summary>A device range touches memory that the linear map covers, or memory is asked for as a device.</summary>
    MemoryConflict = 10,

    /// <summary>The space does not exist, or no longer.</summary>
    NoSuchSpace = 11,

    /// <summary>The space is active on a core.</summary>
    SpaceActive = 12,

    /// <summary>A product of count and size does not fit into 32 bits.</summary>
    Overflow = 13,

    /// <summary>The guard behind a heap block was written over, or its header is damaged.</summary>
    Corrupted = 14,

    /// <summary>Every identifier of the kind asked for is in use.</summary>
    OutOfIdentifiers = 15,

    /// <summary>The access is denied by permission or domain.</summary>
    Denied = 16,

    /// <summary>The range has no byte.</summary>
    EmptyRange = 17,

    /// <summary>The range goes on past the last address.</summary>
    WrappedRange = 18,

    /// <summary>Something is mapped or reserved in the range already.</summary>
    Occupied = 19,

    /// <summary>No part of the space is free that is as long as asked for.</summary>
    NoRoom = 20,

    /// <summary>A limit of the space would be passed.</summary>
    LimitReached = 21,

    /// <summary>The space's policy refuses these rights.</summary>
    RightsRefused = 22,
}
