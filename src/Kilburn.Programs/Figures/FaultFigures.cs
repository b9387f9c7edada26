using System;
using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs.Figures;

/// <summary>Faults: one sample is one access that faults, but for those with a handler.</summary>
internal static unsafe class FaultFigures
{
    private const uint Length = 16 * 1024 * 1024;
    private const uint HandledFaults = 1024;
    private const uint SleepOfChild = 50_000; // longer than the copies take

    private static uint s_page; // what the pager below opens

    internal static void Run(uint clear, uint copy)
    {
        uint start = Map(Memory.ReadWrite);
        WriteEach("fault.anonymous"u8, start, clear);
        MeasureClones(start, copy);
        Unmap(start);

        start = Map(Memory.ReadWrite);
        ReadEach("fault.zero_read"u8, start);
        Unmap(start);

        MeasureShared(clear);
        MeasureHandlers();
    }

    private static uint Map(MapFlags flags)
    {
        FigureRun.Require("16 MiB"u8, Memory.TryMap(0, Length, flags, out uint start));
        return start;
    }

    private static void Unmap(uint start) => FigureRun.Require("an unmap"u8, Memory.TryUnmap(start, Length));

    private static void WriteEach(ReadOnlySpan<byte> name, uint first, uint leftOut)
    {
        Samples samples = default;
        for (uint offset = 0; offset < Length; offset += Memory.PageBytes)
        {
            uint start = Instructions.Count();
            Instructions.Store(first + offset, offset);
            samples.Add(FigureRun.Since(start));
        }

        samples.Report(name, leftOut);
    }

    private static void ReadEach(ReadOnlySpan<byte> name, uint first)
    {
        Samples samples = default;
        for (uint offset = 0; offset < Length; offset += Memory.PageBytes)
        {
            uint start = Instructions.Count();
            _ = Instructions.Load(first + offset);
            samples.Add(FigureRun.Since(start));
        }

        samples.Report(name);
    }

    // While a clone lives, each first write copies; when it is gone, each lets the page be written.
    private static void MeasureClones(uint first, uint copy)
    {
        FigureRun.Require("a clone"u8, Process.TryClone(out uint child));
        if (child == 0)
        {
            Process.Sleep(SleepOfChild);
            Process.Exit(0);
        }

        Process.Yield();
        WriteEach("fault.cow_copy"u8, first, copy);
        FigureRun.Require("a child that ends"u8, Process.WaitFor(child, 0));

        FigureRun.Require("a clone"u8, Process.TryClone(out child));
        if (child == 0)
        {
            Process.Exit(0);
        }

        FigureRun.Require("a child that ends"u8, Process.WaitFor(child, 0));
        WriteEach("fault.cow_reuse"u8, first, 0);
    }

    private static void MeasureShared(uint clear)
    {
        FigureRun.Require("an object"u8, MemoryObject.TryCreate(Length, default, out MemoryObject memory));
        FigureRun.Require(
            "16 MiB of an object"u8,
            Memory.TryMap(0, Length, Memory.ReadWrite | MapFlags.SharedObject, memory, 0, out uint start));
        WriteEach("fault.shared"u8, start, clear);
        Unmap(start);
        FigureRun.Require("a close"u8, memory.TryClose());
    }

    private static void MeasureHandlers()
    {
        FigureRun.Require("a page"u8, Memory.TryMap(0, Memory.PageBytes, MapFlags.Read, out s_page));
        FigureRun.Require("a handler"u8, Probe.TryStart());
        Samples samples = default;
        for (uint sample = 0; sample < HandledFaults; sample++)
        {
            uint start = Instructions.Count();
            _ = Probe.TryWrite(s_page, sample);
            samples.Add(FigureRun.Since(start));
        }

        samples.Report("fault.user_handler"u8);

        FigureRun.Require("a handler"u8, FaultHandler.TrySet(&Open));
        samples = default;
        for (uint sample = 0; sample < HandledFaults; sample++)
        {
            uint start = Instructions.Count();
            Instructions.Store(s_page, sample);
            _ = Memory.TryProtect(s_page, Memory.PageBytes, MapFlags.Read);
            samples.Add(FigureRun.Since(start));
        }

        samples.Report("fault.user_pager"u8);
        FigureRun.Require("no handler"u8, FaultHandler.TryClear());
        FigureRun.Require("an unmap"u8, Memory.TryUnmap(s_page, Memory.PageBytes));
    }

    private static FaultAction Open(UserFault* fault) =>
        Memory.TryProtect(s_page, Memory.PageBytes, Memory.ReadWrite) == SystemCallError.None
            ? FaultAction.Resume
            : FaultAction.End;
}
