using System;
using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs.Figures;

/// <summary>Operations on ranges.</summary>
internal static class RangeFigures
{
    private const uint Count = 1024;
    private const uint Aligned = 0x1000_0000;
    private const uint MiB = 1024 * 1024;
    private const uint Length = 16 * MiB;
    private const int PagesShift = 12; // of 16 MiB
    private const uint Rounds = 4;
    private const uint ManyPages = 256;

    internal static void Run(uint clear)
    {
        MapAndUnmap("range.map_unmap_4k"u8, 0, Memory.PageBytes, MapFlags.None);
        MapAndUnmap("range.map_unmap_64k"u8, 0, 16 * Memory.PageBytes, MapFlags.None);
        MapAndUnmap("range.map_unmap_4m"u8, Aligned, 4 * MiB, MapFlags.Fixed);
        MapAndUnmap("range.map_unmap_1g"u8, Aligned, 1024 * MiB, MapFlags.Fixed);
        TouchAndUnmap(clear);
        Populate(clear);
        Protect();
        Discard(clear);
    }

    private static void MapAndUnmap(ReadOnlySpan<byte> name, uint address, uint length, MapFlags placement)
    {
        Samples samples = default;
        for (uint sample = 0; sample < Count; sample++)
        {
            uint start = Instructions.Count();
            SystemCallError mapped = Memory.TryMap(address, length, Memory.ReadWrite | placement, out uint first);
            SystemCallError unmapped = Memory.TryUnmap(first, length);
            samples.Add(FigureRun.Since(start));
            FigureRun.Require("a range"u8, mapped);
            FigureRun.Require("an unmap"u8, unmapped);
        }

        samples.Report(name);
    }

    private static void TouchAndUnmap(uint clear)
    {
        Samples all = default;
        Samples unmaps = default;
        for (uint round = 0; round < Rounds; round++)
        {
            uint start = Instructions.Count();
            SystemCallError mapped = Memory.TryMap(Aligned, Length, Memory.ReadWrite | MapFlags.Fixed, out uint first);
            Touch(first);
            uint startOfUnmap = Instructions.Count();
            SystemCallError unmapped = Memory.TryUnmap(first, Length);
            unmaps.AddMany(FigureRun.Since(startOfUnmap), PagesShift);
            all.AddMany(FigureRun.Since(start), PagesShift);
            FigureRun.Require("a range"u8, mapped);
            FigureRun.Require("an unmap"u8, unmapped);
        }

        all.Report("range.touch_unmap"u8, clear);
        unmaps.Report("range.unmap_touched"u8);
    }

    private static void Populate(uint clear)
    {
        Samples samples = default;
        for (uint round = 0; round < Rounds; round++)
        {
            uint start = Instructions.Count();
            SystemCallError mapped = Memory.TryMap(
                Aligned, Length, Memory.ReadWrite | MapFlags.Fixed | MapFlags.Populate, out uint first);
            samples.AddMany(FigureRun.Since(start), PagesShift);
            FigureRun.Require("16 MiB at once"u8, mapped);
            FigureRun.Require("an unmap"u8, Memory.TryUnmap(first, Length));
        }

        samples.Report("range.populate"u8, clear);
    }

    // To and fro: a sample in each direction. What is protected lies in a populated MiB.
    private static void Protect()
    {
        FigureRun.Require("a MiB"u8, Memory.TryMap(
            Aligned, MiB, Memory.ReadWrite | MapFlags.Fixed | MapFlags.Populate, out uint first));
        Protect("range.protect_1"u8, first, 1);
        Protect("range.protect_256"u8, first, ManyPages);
        Protect("range.protect_middle"u8, first + (ManyPages / 2 * Memory.PageBytes), 1);
        FigureRun.Require("an unmap"u8, Memory.TryUnmap(first, MiB));
    }

    private static void Protect(ReadOnlySpan<byte> name, uint first, uint pages)
    {
        Samples samples = default;
        for (uint sample = 0; sample < Count; sample++)
        {
            MapFlags rights = (sample & 1) == 0 ? MapFlags.Read : Memory.ReadWrite;
            uint start = Instructions.Count();
            SystemCallError changed = Memory.TryProtect(first, pages * Memory.PageBytes, rights);
            samples.Add(FigureRun.Since(start));
            FigureRun.Require("rights"u8, changed);
        }

        samples.Report(name);
    }

    private static void Discard(uint clear)
    {
        FigureRun.Require("16 MiB at once"u8, Memory.TryMap(
            Aligned, Length, Memory.ReadWrite | MapFlags.Fixed | MapFlags.Populate, out uint first));
        Samples samples = default;
        for (uint round = 0; round < Rounds; round++)
        {
            uint start = Instructions.Count();
            SystemCallError discarded = Memory.TryAdvise(first, Length, MemoryAdvice.Discard);
            Touch(first);
            samples.AddMany(FigureRun.Since(start), PagesShift);
            FigureRun.Require("a discard"u8, discarded);
        }

        samples.Report("range.discard_refault"u8, clear);
        FigureRun.Require("an unmap"u8, Memory.TryUnmap(first, Length));
    }

    private static void Touch(uint first)
    {
        for (uint offset = 0; offset < Length; offset += Memory.PageBytes)
        {
            Instructions.Store(first + offset, offset);
        }
    }
}
