using System.Runtime;
using Kilburn.Armv7;
using Kilburn.Core.Addresses;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel;

/// <summary>Where the boot assembly enters C#.</summary>
internal static class KernelEntry
{
    private static BoardMemory s_memory; // written once at start-up

    /// <summary>Core 0, in the linear map, on its own stack, MMU and caches on.</summary>
    /// <param name="deviceTree">Physical address of the device tree, or zero.</param>
    [RuntimeExport("kernel_main")]
    internal static void Main(uint deviceTree)
    {
        ArmV7Machine machine = default;
        if (EarlyMappings.TryMapDevice(ref machine, Peripherals.Uart, out VirtualAddress uart))
        {
            Uart.Use(uart);
            Uart.Enable();
        }

        if (EarlyMappings.TryMapDevice(ref machine, Peripherals.Mailbox, out VirtualAddress mailbox))
        {
            Mailbox.Use(mailbox);
        }

        Uart.Write("Kilburn\n"u8);
        if (!s_memory.TryFind(ref machine, deviceTree))
        {
            Uart.Write("no memory: neither a device tree nor the VideoCore tells of any\n"u8);
            Power.Off(2);
        }

        Uart.Write(s_memory.Source == MemorySource.VideoCore ? "VideoCore\n"u8 : "device tree\n"u8);
        Power.Off(0);
    }
}
