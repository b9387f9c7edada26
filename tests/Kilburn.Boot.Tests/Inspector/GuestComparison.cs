using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Kilburn.Inspector.Maps;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;
using Xunit;

namespace Kilburn.Boot.Tests.Inspector;

/// <summary>The inspector's answers about a guest, held against QEMU's.</summary>
internal static class GuestComparison
{
    private const int Addresses = 1000;
    private const int SamplesOfARegion = 3;
    private const int UnmappedSamples = 50;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(4);

    /// <summary>Connects to the stub.</summary>
    /// <param name="guest">The guest.</param>
    public static GdbTarget Connect(RunningGuest guest) =>
        new(GdbConnection.Open("localhost", guest.Port, s_limit), false, null, null);

    /// <summary>Compares walks with <c>gva2gpa</c>, and what both sides read.</summary>
    /// <param name="guest">The guest; stopped meanwhile.</param>
    public static void Compare(RunningGuest guest)
    {
        using GdbTarget target = Connect(guest);
        TranslationTables tables = new(RegisterSet.Read(target, SecurityBank.Enabled).ToGuest(), target);
        List<Region> regions = RegionBuilder.Merge(tables.Scan().Leaves);
        Assert.NotEmpty(regions);
        Random random = new(1);
        CompareTranslations(guest, tables, regions, random);
        CompareReads(target, tables, regions, random);
    }

    // Half of the addresses are mapped, half are any.
    private static void CompareTranslations(
        RunningGuest guest, TranslationTables tables, List<Region> regions, Random random)
    {
        for (int count = 0; count < Addresses; count++)
        {
            Region region = regions[random.Next(regions.Count)];
            uint address = count % 2 == 0
                ? region.Start + (uint)random.NextInt64((long)region.LengthInBytes)
                : (uint)random.NextInt64(1L << 32);
            Walk walk = tables.Walk(address, AccessKind.Read, Privilege.Kernel);
            string expected = walk.Fault.IsFault
                ? "Unmapped"
                : string.Create(CultureInfo.InvariantCulture, $"gpa: 0x{walk.Physical:x}");
            Assert.Equal((address, expected), (address, guest.Ask(string.Create(CultureInfo.InvariantCulture, $"gva2gpa 0x{address:x}"))));
        }
    }

    private static void CompareReads(GdbTarget target, TranslationTables tables, List<Region> regions, Random random)
    {
        byte[] seen = new byte[16];
        byte[] expected = new byte[16];

        // Reading a device may change it: memory only.
        foreach (Region region in regions.Where(region =>
            region.Attributes.Memory.Kind == MemoryKind.Normal && region.Attributes.Kernel.HasFlag(Rights.Read)))
        {
            for (int sample = 0; sample < SamplesOfARegion; sample++)
            {
                uint offset = (uint)random.NextInt64((long)region.LengthInBytes) & ~15u;
                Assert.True(target.TryReadVirtual(region.Start + offset, seen), $"0x{region.Start + offset:X8}");
                Assert.True(target.TryRead(region.Physical + offset, expected));
                Assert.Equal(expected, seen);
            }
        }

        int unmapped = 0;
        while (unmapped < UnmappedSamples)
        {
            uint address = (uint)random.NextInt64(1L << 32) & ~15u;
            if (tables.Walk(address, AccessKind.Read, Privilege.Kernel).Fault.IsFault)
            {
                Assert.False(target.TryReadVirtual(address, seen), $"0x{address:X8}");
                unmapped++;
            }
        }
    }
}
