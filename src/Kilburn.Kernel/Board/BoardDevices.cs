using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;

namespace Kilburn.Kernel.Board;

/// <summary>The board's devices in the MMIO window.</summary>
/// <remarks>The same on the target and on the software machine, so that both have the same kernel half.</remarks>
internal struct BoardDevices
{
    /// <summary>Registers of the console.</summary>
    internal VirtualAddress Uart;

    /// <summary>Registers of the VideoCore mailboxes.</summary>
    internal VirtualAddress Mailbox;

    /// <summary>Registers of reset and watchdog.</summary>
    internal VirtualAddress PowerManagement;

    /// <summary>Registers of the generator of random numbers.</summary>
    internal VirtualAddress RandomNumbers;

    /// <summary>Registers of the cores' timers, mailboxes and interrupts.</summary>
    internal VirtualAddress CoreLocal;

    /// <summary>Maps them all.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="memory">A started system.</param>
    /// <returns>As <see cref="VirtualMemory.TryMapDevice"/>; what was mapped before a failure stays.</returns>
    internal VmStatus TryMap<TMachine>(ref TMachine machine, ref VirtualMemory memory)
        where TMachine : struct, IMachine
    {
        VmStatus status = memory.TryMapDevice(ref machine, PageOf(Peripherals.Uart), out Uart);
        status = status == VmStatus.Ok
            ? memory.TryMapDevice(ref machine, PageOf(Peripherals.Mailbox), out Mailbox)
            : status;
        status = status == VmStatus.Ok
            ? memory.TryMapDevice(ref machine, PageOf(Peripherals.PowerManagement), out PowerManagement)
            : status;
        status = status == VmStatus.Ok
            ? memory.TryMapDevice(ref machine, PageOf(Peripherals.CoreLocal), out CoreLocal)
            : status;
        return status == VmStatus.Ok
            ? memory.TryMapDevice(ref machine, PageOf(Peripherals.RandomNumbers), out RandomNumbers)
            : status;
    }

    private static PhysicalRange PageOf(PhysicalAddress page) => new(page, PageSize.Small);
}
