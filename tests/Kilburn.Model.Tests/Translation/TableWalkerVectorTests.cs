using System;
using System.Collections.Generic;
using System.Globalization;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Model.Boot;
using Kilburn.Model.Checking;
using Kilburn.Model.Cores;
using Kilburn.Model.Memory;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;
using Xunit;

namespace Kilburn.Model.Tests.Translation;

public sealed class TableWalkerVectorTests
{
    private const string None = "-";

    private static readonly TranslationRegisters s_remapped = new()
    {
        SystemControl = BootCode.SystemControl & ~TranslationRegisters.SctlrAccessFlag,
        PrimaryRemap = BootCode.PrimaryRemap,
        NormalRemap = BootCode.NormalRemap,
    };

    public static IEnumerable<TheoryDataRow<string, string[]>> FirstLevel => VectorFile.Read("first-level.txt");

    public static IEnumerable<TheoryDataRow<string, string[]>> SecondLevel => VectorFile.Read("second-level.txt");

    public static IEnumerable<TheoryDataRow<string, string[]>> Permissions => VectorFile.Read("permissions.txt");

    public static IEnumerable<TheoryDataRow<string, string[]>> Walks => VectorFile.Read("walks.txt");

    [Theory]
    [MemberData(nameof(FirstLevel))]
    public void DecodeFirst_EachVector_GivesItsFields(string place, string[] columns)
    {
        uint word = Hex(columns[0]);
        if (columns[1] == "table")
        {
            Assert.True(TableWalker.IsTable(word), place);
            Assert.Equal(Hex(columns[2]), TableWalker.TableOf(word));
            Leaf page = TableWalker.DecodeSecond(0x412, word, s_remapped);
            Assert.Equal(columns[8] == "1", page.Never.HasFlag(ExecuteNever.Kernel));
            Assert.Equal(byte.Parse(columns[9], CultureInfo.InvariantCulture), page.Domain);
            return;
        }

        Assert.False(TableWalker.IsTable(word), place);
        Leaf leaf = TableWalker.DecodeFirst(word, s_remapped);
        CheckLeaf(place, leaf, columns, "section", MappingKind.Section, "supersection", MappingKind.Supersection);
        if (leaf.IsHoldable)
        {
            Assert.Equal(columns[8] == "1", leaf.Never.HasFlag(ExecuteNever.Kernel));
            Assert.Equal(columns[9] == None ? (byte)0 : byte.Parse(columns[9], CultureInfo.InvariantCulture), leaf.Domain);
        }
    }

    [Theory]
    [MemberData(nameof(SecondLevel))]
    public void DecodeSecond_EachVector_GivesItsFields(string place, string[] columns)
    {
        Leaf leaf = TableWalker.DecodeSecond(Hex(columns[0]), 1, s_remapped);
        CheckLeaf(place, leaf, columns, "small", MappingKind.SmallPage, "large", MappingKind.LargePage);
    }

    [Theory]
    [MemberData(nameof(Permissions))]
    public void Check_EachVector_AllowsAndRefusesInOrder(string place, string[] columns)
    {
        const int FirstResult = 5;
        bool isAccessFlagOn = columns[0] == "1";
        uint permission = Convert.ToUInt32(columns[1], 2);
        uint word = 2u | ((permission & 3) << 4) | ((permission >> 2) << 9) | (columns[3] == "1" ? 1u : 0);
        uint pointer = 1u | (columns[4] == "1" ? 1u << 2 : 0);
        TranslationRegisters registers = s_remapped;
        registers.SystemControl |= isAccessFlagOn ? TranslationRegisters.SctlrAccessFlag : 0;
        Leaf leaf = TableWalker.DecodeSecond(word, pointer, registers);
        uint domainAccess = Hex(columns[2]);
        int result = FirstResult;
        foreach (Privilege privilege in new[] { Privilege.Kernel, Privilege.User })
        {
            foreach (AccessKind kind in new[] { AccessKind.Read, AccessKind.Write, AccessKind.Fetch })
            {
                FaultCode expected = columns[result] switch
                {
                    "f" => FaultCode.AccessFlagSecondLevel,
                    "d" => FaultCode.DomainSecondLevel,
                    "p" => FaultCode.PermissionSecondLevel,
                    _ => FaultCode.None,
                };
                FaultCode actual = TableWalker.Check(leaf, domainAccess, isAccessFlagOn, kind, privilege);
                Assert.True(expected == actual, $"{place}: {privilege} {kind}: {actual}");
                result++;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Walks))]
    public void Walk_EachVector_ReadsTheWordsAndFaultsAsTheManualSays(string place, string[] columns)
    {
        using Machine machine = Machine.Create<CortexA7>(
            new MachineOptions { Banks = [MemoryBank.Memory(0, 16u << 20)], Tlb = TlbModel.Coherent });
        ProcessorCore core = machine.Cores[0];
        core.Execute(Step.Register(SystemRegister.TranslationTableBaseControl, Hex(columns[0])));
        core.Execute(Step.Register(SystemRegister.TranslationTableBase0, 0x0010_0000));
        core.Execute(Step.Register(SystemRegister.TranslationTableBase1, 0x0020_0000));
        core.Execute(Step.Register(SystemRegister.DomainAccessControl, 1));
        core.Execute(Step.Register(SystemRegister.PrimaryRegionRemap, 0xA8)); // all that the vectors use is normal
        uint control = TranslationRegisters.SctlrMmu | TranslationRegisters.SctlrTexRemap | TranslationRegisters.SctlrAccessFlag;
        core.Execute(Step.Register(SystemRegister.SystemControl, control));
        if (columns[2] != None)
        {
            machine.Memory.Write(new PhysicalAddress(Hex(columns[2])), Hex(columns[3]));
        }

        if (columns[4] != None)
        {
            machine.Memory.Write(new PhysicalAddress(Hex(columns[4])), Hex(columns[5]));
        }

        VirtualAddress address = new(Hex(columns[1]));
        Walk walk = core.Walk(address);
        Assert.True(columns[2] == None || walk.FirstAddress == Hex(columns[2]), $"{place}: first word at {walk.FirstAddress:X8}");
        Assert.True(columns[4] == None || walk.SecondAddress == Hex(columns[4]), $"{place}: second word at {walk.SecondAddress:X8}");
        AccessResult read = core.Read(new VirtualAddress(address.Value & ~3u));
        if (columns[7] != None)
        {
            Assert.True(read.IsFault, $"{place}: {read}");
            Assert.Equal(Hex(columns[7]), read.FaultStatus);
            Assert.Equal(Hex(columns[7]), core.DataFaultStatus);
            return;
        }

        Assert.False(read.IsFault, $"{place}: {read}");
        Assert.Equal(Hex(columns[6]) & ~3u, read.Physical.Value);
    }

    private static void CheckLeaf(
        string place, in Leaf leaf, string[] columns, string first, MappingKind firstKind, string second, MappingKind secondKind)
    {
        if (columns[1] == "fault")
        {
            Assert.False(leaf.IsHoldable, place);
            return;
        }

        if (leaf.Fault == FaultCode.External)
        {
            return; // a supersection beyond 4 GiB
        }

        Assert.True(leaf.IsHoldable, place);
        Assert.Equal(columns[1] == first ? firstKind : columns[1] == second ? secondKind : MappingKind.Fault, leaf.Kind);
        Assert.Equal(Hex(columns[2]), leaf.Base);
        Assert.Equal(Convert.ToByte(columns[3], 2), leaf.Permission);
        Assert.Equal(columns[5] == "0", leaf.IsGlobal);
        Assert.Equal(columns[7] == "1", leaf.Never.HasFlag(ExecuteNever.All));
        (MemoryKind kind, Cacheability inner) = columns[4] switch
        {
            "so" => (MemoryKind.StronglyOrdered, Cacheability.None),
            "dev" => (MemoryKind.Device, Cacheability.None),
            "nc" => (MemoryKind.Normal, Cacheability.None),
            "wb" => (MemoryKind.Normal, Cacheability.WriteBackWriteAllocate),
            _ => (MemoryKind.StronglyOrdered, Cacheability.None), // PRRR.TR4 to TR7 are zero
        };
        Assert.Equal(kind, leaf.Attributes.Kind);
        Assert.Equal(inner, leaf.Attributes.Inner);
        if (kind == MemoryKind.Normal)
        {
            Assert.Equal(columns[6] == "1", leaf.Attributes.IsShareable);
        }
    }

    private static uint Hex(string text) => uint.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
