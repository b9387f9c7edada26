using System;
using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs.Figures;

/// <summary>Clones that exit at once, and switches between processes.</summary>
internal static class CloneFigures
{
    private const uint Base = 0x1000_0000;
    private const uint MiB = 1024 * 1024;

    internal static void Run()
    {
        Measure("clone.exit_bare"u8, 0, 1024);
        Measure("clone.exit_1m"u8, MiB, 256);
        Measure("clone.exit_16m"u8, 16 * MiB, 64);
        CallFigures.RunSwitches();
    }

    private static void Measure(ReadOnlySpan<byte> name, uint length, uint count)
    {
        if (length != 0)
        {
            FigureRun.Require("memory"u8, Memory.TryMap(
                Base, length, Memory.ReadWrite | MapFlags.Fixed, out _));
        }

        for (uint offset = 0; offset < length; offset += Memory.PageBytes)
        {
            Instructions.Store(Base + offset, offset);
        }

        Samples samples = default;
        for (uint sample = 0; sample < count; sample++)
        {
            uint start = Instructions.Count();
            SystemCallError cloned = Process.TryClone(out uint child);
            if (child == 0)
            {
                Process.Exit(0);
            }

            SystemCallError waited = Process.TryWait(child, out _);
            samples.Add(FigureRun.Since(start));
            FigureRun.Require("a clone"u8, cloned);
            FigureRun.Require("a child that ends"u8, waited);
        }

        samples.Report(name);
        if (length != 0)
        {
            FigureRun.Require("an unmap"u8, Memory.TryUnmap(Base, length));
        }
    }
}
