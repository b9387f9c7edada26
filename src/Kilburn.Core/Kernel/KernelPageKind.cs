namespace Kilburn.Core.Kernel;

/// <summary>What a page of the kernel window holds. Either kind is readable and writable by the kernel and never executed.</summary>
public enum KernelPageKind : byte
{
    /// <summary>Memory: normal, write-back.</summary>
    Data,

    /// <summary>Registers of a device.</summary>
    Device,
}
