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

    /// <summary>Says what memory was found, and by whom.</summary>
    /// <param name="memory">What was found.</param>
    internal static void Report(in BoardMemory memory)
    {
        for (int index = 0; index < memory.Map.BankCount; index++)
        {
            ReportRange("machine: memory"u8, memory.Map.GetBank(index));
            ConsoleText.Write(
                memory.Source == MemorySource.DeviceTree ? ", says the device tree\n"u8 : ", says the VideoCore\n"u8);
        }

        if (!memory.Gpu.IsEmpty)
        {
            ReportRange("machine: GPU memory"u8, memory.Gpu);
            ConsoleText.Write("\n"u8);
        }

        if (!memory.Tree.IsEmpty)
        {
            ReportRange("machine: device tree"u8, memory.Tree);
            ConsoleText.Write("\n"u8);
        }
    }

    private static void ReportRange(System.ReadOnlySpan<byte> name, PhysicalRange range)
    {
        ConsoleText.Write(name);
        ConsoleText.Write(" "u8);
        ConsoleText.WriteHex(range.Start.Value);
        ConsoleText.Write(", "u8);
        ConsoleText.WriteDecimal(range.LengthInBytes >> 10);
        ConsoleText.Write(" KiB"u8);
    }
}
