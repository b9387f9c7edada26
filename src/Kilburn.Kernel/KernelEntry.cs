using System.Runtime;
using Kilburn.Armv7;
using Kilburn.Core;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel;

/// <summary>Where the boot assembly enters C#.</summary>
internal static class KernelEntry
{
    private const uint PanicStatus = 2;

    private static BoardMemory s_memory; // written once at start-up
    private static VirtualMemory s_virtualMemory; // its parts lock themselves

    /// <summary>Core 0, in the linear map, on its own stack, MMU and caches on.</summary>
    /// <param name="deviceTree">Physical address of the device tree, or zero.</param>
    [RuntimeExport("kernel_main")]
    internal static void Main(uint deviceTree)
    {
        ArmV7Machine machine = default;
        EarlyBoard.Open(ref machine);
        if (!ArmV7Machine.Check())
        {
            ConsoleText.Write("machine: this processor is none that the kernel was built for\n"u8);
            Power.Off(PanicStatus);
        }

        if (!s_memory.TryFind(ref machine, deviceTree))
        {
            ConsoleText.Write("machine: neither a device tree nor the VideoCore tells of any memory\n"u8);
            Power.Off(PanicStatus);
        }

        EarlyBoard.Report(in s_memory);
        StartReporter reporter = default;
        VmStatus status = s_virtualMemory.TryStart(
            ref machine, ref reporter, BootImage.Current.ToKernelImage(), in s_memory.Map);
        if (status != VmStatus.Ok)
        {
            ConsoleText.Write("start: failed, status "u8);
            ConsoleText.WriteDecimal((uint)status);
            ConsoleText.Write("\n"u8);
            Power.Off(PanicStatus);
        }

        ConsoleText.Write("machine: "u8);
        ConsoleText.WriteDecimal(Cp15.ReadCycleCounter());
        ConsoleText.Write(" cycles since entry\n"u8);
        Power.Off(0);
    }
}
