using Kilburn.Armv7;
using Kilburn.Core.Addresses;

namespace Kilburn.Kernel.Board;

/// <summary>The devices that are needed before virtual memory stands.</summary>
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
}
