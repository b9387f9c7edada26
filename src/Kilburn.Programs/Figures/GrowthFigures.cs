using System;
using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs.Figures;

/// <summary>What system calls and faults take where there is little and much of what they may grow with.</summary>
internal static class GrowthFigures
{
    private const uint Base = 0x1000_0000;
    private const uint LowestChosen = 0x0010_0000;
    private const uint MiB = 1024 * 1024;
    private const uint Page = Memory.PageBytes;
    private const uint Stride = 4 * Page; // a region of one page, and three free ones
    private const uint ProbeOffset = 2 * Page; // between two regions, next to none
    private const uint LowestGap = Base + Page;
    private const uint WideLength = 16 * Page; // fits into no gap
    private const uint MostRegions = 100_000;
    private const uint MostPages = 64 * 1024;
    private const uint MostMibs = 256;
    private const uint Count = 64;
    private const uint Clones = 8;

    internal static void Run()
    {
        Regions();
        UntouchedPages();
        Faults();
        CloneSizes();
    }

    private static void Regions()
    {
        Map(LowestChosen, Base - LowestChosen); // so that a search for room meets the regions
        uint made = 0;
        for (uint wanted = 1; wanted <= MostRegions; wanted *= 10)
        {
            for (; made < wanted; made++)
            {
                Map(Base + (made * Stride), Page);
            }

            MeasureBetween(wanted);
            MeasureAnywhere("regions.map_anywhere"u8, wanted, Page);
            MeasureAnywhere("regions.map_64k_anywhere"u8, wanted, WideLength);
        }

        Unmap(LowestChosen, Base - LowestChosen + (MostRegions * Stride));
    }

    // A page beside the last region: mapped, touched, unmapped.
    private static void MeasureBetween(uint regions)
    {
        Samples maps = default;
        Samples faults = default;
        Samples unmaps = default;
        uint address = Base + ((regions - 1) * Stride) + ProbeOffset;
        for (uint sample = 0; sample < Count; sample++)
        {
            uint start = Instructions.Count();
            SystemCallError mapped = Memory.TryMap(address, Page, Memory.ReadWrite | MapFlags.Fixed, out _);
            maps.Add(FigureRun.Since(start));
            start = Instructions.Count();
            Instructions.Store(address, sample);
            faults.Add(FigureRun.Since(start));
            start = Instructions.Count();
            SystemCallError unmapped = Memory.TryUnmap(address, Page);
            unmaps.Add(FigureRun.Since(start));
            FigureRun.Require("a range"u8, mapped);
            FigureRun.Require("an unmap"u8, unmapped);
        }

        maps.ReportGrowth("regions.map"u8, regions);
        faults.ReportGrowth("regions.fault"u8, regions);
        unmaps.ReportGrowth("regions.unmap"u8, regions);
    }

    // Each time after a page in the first gap has come and gone.
    private static void MeasureAnywhere(ReadOnlySpan<byte> series, uint regions, uint length)
    {
        Samples maps = default;
        for (uint sample = 0; sample < Count; sample++)
        {
            Map(LowestGap, Page);
            Unmap(LowestGap, Page);
            uint start = Instructions.Count();
            SystemCallError mapped = Memory.TryMap(0, length, Memory.ReadWrite, out uint address);
            maps.Add(FigureRun.Since(start));
            FigureRun.Require("a range"u8, mapped);
            Unmap(address, length);
        }

        maps.ReportGrowth(series, regions);
    }

    // Whole operations on ranges at a MiB's start, none of their pages touched; then all of them touched.
    private static void UntouchedPages()
    {
        for (uint pages = 1; pages <= MostPages; pages <<= 2)
        {
            Samples maps = default;
            Samples unmaps = default;
            Samples unmapsOfTouched = default;
            for (uint sample = 0; sample < Clones; sample++)
            {
                uint start = Instructions.Count();
                Map(Base, pages * Page);
                maps.Add(FigureRun.Since(start));
                start = Instructions.Count();
                Unmap(Base, pages * Page);
                unmaps.Add(FigureRun.Since(start));
            }

            Map(Base, pages * Page);
            Touch(0, pages);
            uint begin = Instructions.Count();
            Unmap(Base, pages * Page);
            unmapsOfTouched.Add(FigureRun.Since(begin));
            maps.ReportGrowth("pages.map"u8, pages);
            unmaps.ReportGrowth("pages.unmap"u8, pages);
            unmapsOfTouched.ReportGrowth("pages.unmap_touched"u8, pages);
        }
    }

    // First writes where so many pages have been touched already.
    private static void Faults()
    {
        for (uint wanted = 1; wanted <= MostPages; wanted <<= 2)
        {
            Map(Base, (wanted + Count) * Page);
            Touch(0, wanted);
            Samples faults = default;
            for (uint sample = 0; sample < Count; sample++)
            {
                uint start = Instructions.Count();
                Instructions.Store(Base + ((wanted + sample) * Page), sample);
                faults.Add(FigureRun.Since(start));
            }

            faults.ReportGrowth("pages.fault"u8, wanted);
            Unmap(Base, (wanted + Count) * Page);
        }
    }

    private static void CloneSizes()
    {
        MeasureClones(0);
        for (uint mibs = 1; mibs <= MostMibs; mibs <<= 1)
        {
            MeasureClones(mibs);
        }
    }

    // The parent writes all of it before each clone: tables that clones still share are cheaper.
    private static void MeasureClones(uint mibs)
    {
        Samples again = default;
        Samples clones = default;
        uint pages = mibs * (MiB / Page);
        if (mibs != 0)
        {
            Map(Base, mibs * MiB);
        }

        for (uint sample = 0; sample < Clones; sample++)
        {
            Touch(0, pages);
            clones.Add(CloneOnce());
            again.Add(CloneOnce());
        }

        clones.ReportGrowth("clone.written"u8, mibs);
        again.ReportGrowth("clone.again"u8, mibs);
        if (mibs != 0)
        {
            Unmap(Base, mibs * MiB);
        }
    }

    private static uint CloneOnce()
    {
        uint start = Instructions.Count();
        SystemCallError cloned = Process.TryClone(out uint child);
        if (child == 0)
        {
            Process.Exit(0);
        }

        SystemCallError waited = Process.TryWait(child, out _);
        uint taken = FigureRun.Since(start);
        FigureRun.Require("a clone"u8, cloned);
        FigureRun.Require("a child that ends"u8, waited);
        return taken;
    }

    private static void Touch(uint first, uint end)
    {
        for (uint page = first; page < end; page++)
        {
            Instructions.Store(Base + (page * Page), page);
        }
    }

    private static void Map(uint address, uint length) => FigureRun.Require(
        "a range"u8, Memory.TryMap(address, length, Memory.ReadWrite | MapFlags.Fixed, out _));

    private static void Unmap(uint address, uint length) => FigureRun.Require("an unmap"u8, Memory.TryUnmap(address, length));
}
