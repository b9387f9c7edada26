using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Tables;
using Kilburn.Core.Tests.Descriptors;
using Kilburn.Core.Tests.Machines;
using Xunit;
using Machine = Kilburn.Core.Tests.Machines.PlainMachine<Kilburn.Core.Tests.Machines.Asids256>;

namespace Kilburn.Core.Tests.Tables;

public sealed class TableWalkTests
{
    private const string None = "-";
    private const uint MiB = 1u << 20;
    private const uint StatusMask = 0xF; // FS[3:0] of DFSR, with the domain above
    private const uint External = 0x8;
    private const uint WalkExternal = 0xE;

    public static IEnumerable<TheoryDataRow<string, string[]>> Walks => VectorFile.Read("walks.txt");

    /// <summary>The rows with the access flag on, which is how the core runs.</summary>
    public static IEnumerable<TheoryDataRow<string, string[]>> Permissions =>
        VectorFile.Read("permissions.txt").Where(row => row.Data.Item2[0] == "1");

    [Theory]
    [MemberData(nameof(Walks))]
    public void Of_EachVector_ReadsTheWordsAndFindsTheMapping(string place, string[] columns)
    {
        uint status = columns[7] == None ? 0 : DescriptorVectors.Hex(columns[7]) & StatusMask;
        if (status == WalkExternal)
        {
            return; // no memory behind the table: the walk in software would abort as well
        }

        Machine machine = new(new PlainMemory(3 * MiB), 0);
        Put(ref machine, columns[2], columns[3]);
        Put(ref machine, columns[4], columns[5]);
        TranslationContext context = new(0x0010_006A, 0x0020_006A, DescriptorVectors.Hex(columns[0]), 1);
        TableWalk walk = TableWalk.Of(ref machine, context, new VirtualAddress(DescriptorVectors.Hex(columns[1])));

        Assert.Equal(columns[2] != None, walk.WasWalked);
        Assert.Equal(AddressOf(columns[2]), walk.FirstLevelAddress.Value);
        Assert.Equal(AddressOf(columns[4]), walk.SecondLevelAddress.Value);
        Assert.Equal(columns[4] != None, walk.HasSecondLevel);
        uint expected = status == External ? 0 : status;
        Assert.Equal((FaultStatus)expected, walk.Check(TranslationAccess.KernelRead, context.DomainAccess));
        if (columns[6] != None)
        {
            Assert.True(walk.IsMapped, place);
            Assert.Equal(DescriptorVectors.Hex(columns[6]), walk.Physical.Value);
        }
    }

    [Fact]
    public void Of_AHalfWithoutWalks_ReadsNothing()
    {
        Machine machine = new(new PlainMemory(MiB), 0);
        machine.WriteWord(default, 0x0051_0402);
        TableWalk walk = TableWalk.Of(ref machine, new TranslationContext(0, 0, 0x10, 1), new VirtualAddress(0x1234));
        Assert.False(walk.WasWalked || walk.IsMapped);
        Assert.Equal(0u, walk.FirstLevel.Raw);
    }

    [Theory]
    [MemberData(nameof(Permissions))]
    public void Check_EachVectorOnAPage_AllowsAndRefusesInOrder(string place, string[] columns)
    {
        uint permission = Convert.ToUInt32(columns[1], 2);
        TableWalk walk = PageWith(permission, domain: 0);
        CheckAll(place, columns, walk, FaultStatus.AccessFlagSecondLevel, FaultStatus.DomainSecondLevel, FaultStatus.PermissionSecondLevel);
    }

    [Theory]
    [MemberData(nameof(Permissions))]
    public void Check_EachVectorOnASection_AllowsAndRefusesInOrder(string place, string[] columns)
    {
        uint permission = Convert.ToUInt32(columns[1], 2);
        TableWalk walk = WalkOf(2u | ((permission & 3) << 10) | ((permission >> 2) << 15), 0);
        CheckAll(place, columns, walk, FaultStatus.AccessFlagFirstLevel, FaultStatus.DomainFirstLevel, FaultStatus.PermissionFirstLevel);
    }

    [Fact]
    public void Check_PageOfAReservedOrAnotherDomain_LooksAtItsOwnTwoBits()
    {
        TableWalk page = PageWith(permission: 0b011, domain: 15);
        Assert.Equal(FaultStatus.DomainSecondLevel, page.Check(TranslationAccess.KernelRead, 0x8000_0000));
        Assert.Equal(FaultStatus.DomainSecondLevel, page.Check(TranslationAccess.KernelRead, 0x3FFF_FFFF));
        Assert.Equal(FaultStatus.None, page.Check(TranslationAccess.KernelRead, 0x4000_0000));
    }

    private static void CheckAll(
        string place, string[] columns, in TableWalk walk, FaultStatus accessFlag, FaultStatus domain, FaultStatus permission)
    {
        uint domainAccess = DescriptorVectors.Hex(columns[2]);
        foreach ((TranslationAccess access, int column) in new[]
        {
            (TranslationAccess.KernelRead, 5), (TranslationAccess.KernelWrite, 6),
            (TranslationAccess.UserRead, 8), (TranslationAccess.UserWrite, 9),
        })
        {
            FaultStatus expected = columns[column] switch
            {
                "f" => accessFlag,
                "d" => domain,
                "p" => permission,
                _ => FaultStatus.None,
            };
            FaultStatus actual = walk.Check(access, domainAccess);
            Assert.True(expected == actual, $"{place}: {access}: {actual}");
        }
    }

    private static TableWalk PageWith(uint permission, uint domain) =>
        WalkOf(0x8001u | (domain << 5), 2u | ((permission & 3) << 4) | ((permission >> 2) << 9));

    private static TableWalk WalkOf(uint first, uint second)
    {
        Machine machine = new(new PlainMemory(MiB), 0);
        machine.WriteWord(new PhysicalAddress(0x4000), first);
        machine.WriteWord(new PhysicalAddress(0x8000), second);
        return TableWalk.Of(ref machine, new TranslationContext(0x4000, 0x4000, 0, 0), default);
    }

    private static void Put(ref Machine machine, string address, string word)
    {
        if (address != None)
        {
            machine.WriteWord(new PhysicalAddress(DescriptorVectors.Hex(address)), DescriptorVectors.Hex(word));
        }
    }

    private static uint AddressOf(string column) => column == None ? 0 : DescriptorVectors.Hex(column);
}
