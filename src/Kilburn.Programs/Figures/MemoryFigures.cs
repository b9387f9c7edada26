using System;
using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs.Figures;

/// <summary>What the management of memory takes of it, as programs can tell: frames that are missing while things are there.</summary>
internal static class MemoryFigures
{
    private const uint Base = 0x1000_0000;
    private const uint Length = 16 * 1024 * 1024;
    private const uint Pages = Length / Memory.PageBytes;
    private const uint Regions = Pages / 2;
    private const uint Clones = 16;
    private const uint SleepOfClone = 50_000; // longer than the others take to be made

    internal static void Run()
    {
        MeasureTouchedPages();
        MeasureRegions();
        MeasureClones();
    }

    private static void MeasureTouchedPages()
    {
        uint before = CountFree();
        FigureRun.Require("16 MiB"u8, Memory.TryMap(Base, Length, Memory.ReadWrite | MapFlags.Fixed, out _));
        for (uint offset = 0; offset < Length; offset += Memory.PageBytes)
        {
            Instructions.Store(Base + offset, offset);
        }

        Report("touched_page"u8, before - CountFree() - Pages, Pages);
        FigureRun.Require("an unmap"u8, Memory.TryUnmap(Base, Length));
    }

    // Every other page, so that no two ranges are one.
    private static void MeasureRegions()
    {
        uint before = CountFree();
        for (uint region = 0; region < Regions; region++)
        {
            uint address = Base + (region * 2 * Memory.PageBytes);
            FigureRun.Require(
                "a range"u8, Memory.TryMap(address, Memory.PageBytes, Memory.ReadWrite | MapFlags.Fixed, out _));
        }

        Report("region"u8, before - CountFree(), Regions);
        FigureRun.Require("an unmap"u8, Memory.TryUnmap(Base, Length));
    }

    // Each sleeps, with all that a process has: space, thread, stacks; and with the page or two of its own that it has written.
    private static void MeasureClones()
    {
        uint before = CountFree();
        Children children = default;
        for (int clone = 0; clone < Clones; clone++)
        {
            FigureRun.Require("a clone"u8, Process.TryClone(out uint child));
            if (child == 0)
            {
                Process.Sleep(SleepOfClone);
                Process.Exit(0);
            }

            children[clone] = child;
            Process.Yield();
        }

        Report("process"u8, before - CountFree(), Clones);
        for (int clone = 0; clone < Clones; clone++)
        {
            FigureRun.Require("a child that ends"u8, Process.WaitFor(children[clone], 0));
        }
    }

    private static uint CountFree()
    {
        FigureRun.Require("the machine's memory"u8, Statistics.TryRead(out MemoryStatistics memory));
        return memory.FreePages;
    }

    private static void Report(ReadOnlySpan<byte> name, uint frames, uint things)
    {
        Line line = default;
        line.Add("BENCH MEMORY "u8);
        line.Add(name);
        line.Add(" "u8);
        line.AddDecimal(frames * Memory.PageBytes);
        line.Add(" "u8);
        line.AddDecimal(things);
        line.Print();
    }

    [System.Runtime.CompilerServices.InlineArray((int)Clones)]
    private struct Children
    {
        private uint _first;
    }
}
