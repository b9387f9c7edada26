namespace Kilburn.Core.Kernel;

/// <summary>The steps of start-up, in their order. Each was proven on the machine when it is reported.</summary>
public enum StartStep
{
    /// <summary>All memory is seen at 0x80000000.</summary>
    LinearMap,

    /// <summary>The first MiB is no longer seen at its physical address.</summary>
    IdentityRemoved,

    /// <summary>Vectors lie at physical 0 and are used at 0xFFFF0000.</summary>
    Vectors,

    /// <summary>Text is read-only, constants too; nothing that can be written can be executed.</summary>
    Protection,

    /// <summary>The frame allocator manages what is left.</summary>
    Frames,

    /// <summary>Heap and MMIO window are open.</summary>
    KernelWindow,

    /// <summary>TTBR0 points to an empty table and is not walked.</summary>
    UserTableCleared,
}
