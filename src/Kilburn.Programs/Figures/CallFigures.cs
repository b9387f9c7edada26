using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs.Figures;

/// <summary>System calls and switches.</summary>
internal static class CallFigures
{
    private const uint Count = 1024;
    private const uint SpareYields = 64;
    private const int SwitchesOfSample = 1; // two

    internal static void Run()
    {
        Samples nothing = default;
        for (uint sample = 0; sample < Count; sample++)
        {
            uint start = Instructions.Count();
            _ = Kernel.Call(SystemCall.None, out _);
            nothing.Add(FigureRun.Since(start));
        }

        nothing.Report("syscall.null"u8);
    }

    // A yield of this process, and one of the other that brings this one back.
    internal static void RunSwitches()
    {
        FigureRun.Require("a clone"u8, Process.TryClone(out uint child));
        if (child == 0)
        {
            for (uint turn = 0; turn < Count + SpareYields; turn++)
            {
                Process.Yield();
            }

            Process.Exit(0);
        }

        Process.Yield();
        Samples switches = default;
        for (uint sample = 0; sample < Count; sample++)
        {
            uint start = Instructions.Count();
            Process.Yield();
            switches.AddMany(FigureRun.Since(start), SwitchesOfSample);
        }

        FigureRun.Require("a child that ends"u8, Process.WaitFor(child, 0));
        switches.Report("thread.yield_switch"u8);
    }
}
