using Kilburn.Armv7;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;

namespace Kilburn.Kernel.Board;

/// <summary>The devices before virtual memory stands, and their move into the MMIO window once it does.</summary>
internal static class EarlyBoard
{
    /// <summary>Opens console, mailbox and power management through early mappings.</summary>
    /// <param name="machine">This core.</param>
    internal static void Open(ref ArmV7Machine machine)
    {
        if (EarlyMappings.TryMapDevice(ref machine, Peripherals.Uart, out VirtualAddress uart))
        {
            Uart.Use(uart);
            Uart.Enable();
        }

        if (EarlyMappings.TryMapDevice(ref machine, Peripherals.Mailbox, out VirtualAddress mailbox))
        {
            Mailbox.Use(mailbox);
        }

        if (EarlyMappings.TryMapDevice(ref machine, Peripherals.PowerManagement, out VirtualAddress power))
        {
            Power.Use(power);
        }
    }

    /// <summary>Moves the devices into the MMIO window, and takes every early mapping away.</summary>
    /// <param name="machine">This core.</param>
    /// <param name="memory">A started system.</param>
    /// <returns>As <see cref="VirtualMemory.TryMapDevice"/>; the early mappings stay in use on a failure.</returns>
    internal static VmStatus TryClose(ref ArmV7Machine machine, ref VirtualMemory memory)
    {
        BoardDevices devices = default;
        VmStatus status = devices.TryMap(ref machine, ref memory);
        if (status == VmStatus.Ok)
        {
            Uart.Use(devices.Uart);
            Mailbox.Use(devices.Mailbox);
            Power.Use(devices.PowerManagement);
            CoreRegisters.Use(devices.CoreLocal);
            RandomDevice.Use(devices.RandomNumbers);
            EarlyMappings.RemoveAll(ref machine);
        }

        return status;
    }
}
