using System.Runtime;
using Kilburn.Armv7;
using Kilburn.Core;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Cores;
using Kilburn.Kernel.Faults;
using Kilburn.Kernel.Monitor;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel;

/// <summary>Where the boot assembly enters C#.</summary>
internal static class KernelEntry
{
    private static MonitorState s_monitor; // core 0 only

    /// <summary>Core 0, in the linear map, on its own stack, MMU and caches on.</summary>
    /// <param name="deviceTree">Physical address of the device tree, or zero.</param>
    /// <param name="entryMode">CPSR[4:0] at the first instruction.</param>
    [RuntimeExport("kernel_main")]
    internal static void Main(uint deviceTree, EntryMode entryMode)
    {
        ArmV7Machine machine = default;
        PiBoard board = default;
        EarlyBoard.Open(ref machine);
        if (!ArmV7Machine.Check())
        {
            board.WriteLine("machine: this processor is none that the kernel was built for"u8);
            board.PowerOff(Panic.ExitStatus);
        }

        PiBoard.EntryMode = entryMode;
        if (!PiBoard.Physical.TryFind(ref machine, deviceTree))
        {
            board.WriteLine("machine: neither a device tree nor the VideoCore tells of any memory"u8);
            board.PowerOff(Panic.ExitStatus);
        }

        StartReporter<PiBoard> reporter = new(board);
        VmStatus status = board.Memory.TryStart(
            ref machine, ref reporter, BootImage.Current.ToKernelImage(), in PiBoard.Physical.Map);
        PiBoard.RecordStart(); // PMCCNTR counts from the first instruction of boot_entry
        status = status == VmStatus.Ok ? EarlyBoard.TryClose(ref machine, ref board.Memory) : status;
        if (status != VmStatus.Ok)
        {
            board.Write("start: failed: "u8);
            board.WriteLine(StatusText.Of(status));
            board.PowerOff(Panic.ExitStatus);
        }

        PiBoard.PrepareTime();
        SecondaryCores.Start(ref machine);
        board.Write("machine: started in "u8);
        board.WriteDecimal(board.StartInstructionCount);
        board.WriteLine(" cycles"u8);
        PiBoard.PrepareCore();
        CommandLine.Run(ref machine, ref board, ref s_monitor);
    }
}
