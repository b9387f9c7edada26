using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;
using Kilburn.Model.Memory;
using Kilburn.Model.Translation;
using Xunit;
using AccessKind = Kilburn.Inspector.Translation.AccessKind;
using Leaf = Kilburn.Inspector.Translation.Leaf;
using MemoryAttributes = Kilburn.Inspector.Translation.MemoryAttributes;
using MemoryKind = Kilburn.Inspector.Translation.MemoryKind;
using Privilege = Kilburn.Inspector.Translation.Privilege;
using Walk = Kilburn.Inspector.Translation.Walk;

namespace Kilburn.Cli.Tests.Translation;

/// <summary>Two decoders, written apart, over the same random tables.</summary>
public sealed class ModelComparisonTests
{
    private const int Addresses = 1000;
    private const int SampleStep = 97;
    private const uint MemoryLength = 1u << 20;
    private const uint FirstTable = 0x4000;
    private const uint OtherTable = 0x8000;
    private const uint SecondTables = 0x1_0000;
    private const int SecondTableCount = 64;

    public static TheoryData<int, bool, bool> Settings()
    {
        TheoryData<int, bool, bool> settings = [];
        for (int split = 0; split <= 7; split++)
        {
            foreach (bool hasRemap in (bool[])[false, true])
            {
                settings.Add(split, hasRemap, false);
                settings.Add(split, hasRemap, true);
            }
        }

        return settings;
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void Walk_OfRandomTables_AgreesWithTheModel(int split, bool hasRemap, bool hasAccessFlag)
    {
        Random random = new((split << 2) | (hasRemap ? 2 : 0) | (hasAccessFlag ? 1 : 0));
        using PhysicalMemory memory = new([MemoryBank.Memory(0, MemoryLength)]);
        Fill(memory, random);
        TranslationRegisters model = new()
        {
            SystemControl = 1u | (hasRemap ? TranslationRegisters.SctlrTexRemap : 0) | (hasAccessFlag ? TranslationRegisters.SctlrAccessFlag : 0),
            TableBaseControl = (uint)split | (random.Next(8) == 0 ? TranslationRegisters.TtbcrDisable1 : 0),
            TableBase0 = FirstTable | 0x4A,
            TableBase1 = OtherTable | 0x4A,
            DomainAccess = (uint)random.NextInt64(1L << 32),
            PrimaryRemap = (uint)random.NextInt64(1L << 32),
            NormalRemap = (uint)random.NextInt64(1L << 32),
        };
        GuestRegisters registers = new()
        {
            SystemControl = model.SystemControl,
            TableControl = model.TableBaseControl,
            TableBase0 = model.TableBase0,
            TableBase1 = model.TableBase1,
            DomainAccess = model.DomainAccess,
            PrimaryRemap = model.PrimaryRemap,
            NormalRemap = model.NormalRemap,
        };
        TranslationTables tables = new(registers, new ModelMemory(memory));
        int mapped = 0;
        for (int count = 0; count < Addresses; count++)
        {
            uint address = (uint)random.NextInt64(1L << 32) >> (random.Next(2) == 0 ? 0 : split);
            mapped += Compare(tables, memory, model, address) ? 1 : 0;
        }

        Assert.InRange(mapped, Addresses / 32, Addresses); // the comparison is not about faults only
    }

    [Fact]
    public void Scan_OfRandomTables_HasWhatWalksFind()
    {
        Random random = new(7);
        using PhysicalMemory memory = new([MemoryBank.Memory(0, MemoryLength)]);
        Fill(memory, random);
        GuestRegisters registers = new() { SystemControl = 1, TableControl = 2, TableBase0 = FirstTable, TableBase1 = OtherTable, DomainAccess = 0x5555_5555 };
        TranslationTables tables = new(registers, new ModelMemory(memory));
        TableScan scan = tables.Scan();
        Assert.NotEmpty(scan.Leaves);
        Assert.Equal(scan.Leaves.Select(leaf => leaf.Address).Order(), scan.Leaves.Select(leaf => leaf.Address));
        Dictionary<uint, Leaf> pages = [];
        foreach (Leaf leaf in scan.Leaves)
        {
            pages[leaf.Address] = leaf;
        }

        foreach (Leaf leaf in scan.Leaves.Where((_, index) => index % SampleStep == 0))
        {
            Assert.Equal(leaf, tables.Walk(leaf.Address, AccessKind.Read, Privilege.Kernel).Leaf);
        }

        for (int count = 0; count < Addresses; count++)
        {
            uint address = (uint)random.NextInt64(1L << 32);
            bool isScanned = pages.ContainsKey(address & 0xFFFF_F000) || pages.TryGetValue(address & 0xFFF0_0000, out Leaf section) && section.LengthInBytes == 1 << 20;
            Assert.Equal(tables.Walk(address, AccessKind.Read, Privilege.Kernel).Leaf is not null, isScanned);
        }
    }

    private static bool Compare(TranslationTables tables, PhysicalMemory memory, in TranslationRegisters model, uint address)
    {
        Kilburn.Model.Translation.Walk expected = TableWalker.Walk(memory, model, address);
        bool isMapped = false;
        foreach (Privilege privilege in Enum.GetValues<Privilege>())
        {
            foreach (AccessKind access in Enum.GetValues<AccessKind>())
            {
                FaultCode fault = TableWalker.Check(
                    expected.Leaf,
                    model.DomainAccess,
                    model.IsAccessFlagOn,
                    (Kilburn.Model.Translation.AccessKind)access,
                    (Kilburn.Model.Translation.Privilege)privilege);
                Walk walk = tables.Walk(address, access, privilege);
                if (fault == FaultCode.External)
                {
                    // The model has nothing above 4 GiB; the inspector follows a supersection there.
                    Assert.True(walk.Leaf!.Value.Physical > uint.MaxValue);
                    continue;
                }

                Assert.Equal((int)fault, walk.Fault.Code(false));
                if (expected.Leaf.IsHoldable)
                {
                    isMapped = true;
                    Assert.Equal(expected.Leaf.Translate(address), walk.Physical);
                    Assert.Equal(expected.Leaf.IsGlobal, walk.Leaf!.Value.Attributes.IsGlobal);
                    Assert.Equal(expected.Leaf.Domain, walk.Leaf.Value.Attributes.Domain);
                    AssertEqual(expected.Leaf.Attributes, walk.Leaf.Value.Attributes.Memory);
                }
            }
        }

        return isMapped;
    }

    private static void AssertEqual(Kilburn.Model.Translation.MemoryAttributes expected, MemoryAttributes actual)
    {
        Assert.Equal((int)expected.Kind, (int)actual.Kind);
        Assert.Equal(expected.IsShareable, actual.Sharing != Shareability.None);
        if (actual.Kind == MemoryKind.Normal)
        {
            Assert.Equal(((int)expected.Inner, (int)expected.Outer), ((int)actual.Inner, (int)actual.Outer));
        }
    }

    // Links lead to tables, now and then to where nothing is; everything else is any word at all.
    private static void Fill(PhysicalMemory memory, Random random)
    {
        for (uint slot = 0; slot < MemoryLength; slot += 4)
        {
            uint word = random.Next(8) == 0 ? 0 : (uint)random.NextInt64(1L << 32);
            if (slot < SecondTables && (word & 3) == 1)
            {
                uint table = random.Next(16) == 0 ? word : SecondTables + ((uint)random.Next(SecondTableCount) << 10);
                word = (word & 0x3FF) | (table & 0xFFFF_FC00);
            }

            memory.Write(new PhysicalAddress(slot), word);
        }
    }

    private sealed class ModelMemory(PhysicalMemory memory) : IPhysicalMemory
    {
        public bool TryRead(ulong address, Span<byte> bytes)
        {
            if (address > uint.MaxValue || !memory.IsMemory(new PhysicalAddress((uint)address), (uint)bytes.Length))
            {
                return false;
            }

            memory.Bytes(new PhysicalAddress((uint)address), bytes.Length).CopyTo(bytes);
            return true;
        }
    }
}
