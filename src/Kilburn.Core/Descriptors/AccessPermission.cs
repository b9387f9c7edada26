namespace Kilburn.Core.Descriptors;

/// <summary>Who may read and write a mapping: AP[2:0] with SCTLR.AFE = 1, the access flag AP[0] set.</summary>
/// <remarks>Source: ARM DDI 0406C.d, B3.7.1, Table B3-6.</remarks>
public enum AccessPermission : byte
{
    /// <summary>Kernel reads and writes.</summary>
    KernelReadWrite = 0b001,

    /// <summary>Kernel and user read and write.</summary>
    ReadWrite = 0b011,

    /// <summary>Kernel reads.</summary>
    KernelRead = 0b101,

    /// <summary>Kernel and user read.</summary>
    Read = 0b111,
}
