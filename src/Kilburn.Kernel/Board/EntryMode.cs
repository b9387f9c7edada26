namespace Kilburn.Kernel.Board;

/// <summary>The processor mode at the kernel's first instruction: CPSR[4:0]. Source: ARM DDI 0406C.d, B1.3.1.</summary>
internal enum EntryMode : uint
{
    /// <summary>Supervisor: an emulator that loads an ELF file.</summary>
    Supervisor = 0x13,

    /// <summary>Hypervisor: the firmware of a board.</summary>
    Hypervisor = 0x1A,
}
