namespace Kilburn.Kernel.Board;

/// <summary>What became of reading a device tree.</summary>
internal enum DeviceTreeStatus
{
    /// <summary>Memory was found.</summary>
    Ok,

    /// <summary>No tree lies there.</summary>
    None,

    /// <summary>The tree contradicts itself, or ends too early.</summary>
    Damaged,

    /// <summary>The tree names no memory below 4 GiB.</summary>
    NoMemory,

    /// <summary>The tree names more banks or reserved ranges than a memory map holds, or banks that overlap.</summary>
    Unusable,
}
