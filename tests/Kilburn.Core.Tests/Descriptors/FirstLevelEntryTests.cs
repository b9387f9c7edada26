using System.Collections.Generic;
using System.Globalization;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Xunit;

namespace Kilburn.Core.Tests.Descriptors;

public sealed class FirstLevelEntryTests
{
    public static IEnumerable<TheoryDataRow<string, string[]>> Vectors => VectorFile.Read("first-level.txt");

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Kind_VectorsOfTheManual_AreDecodedFieldByField(string place, string[] columns)
    {
        FirstLevelEntry entry = new(DescriptorVectors.Hex(columns[0]));
        switch (columns[1])
        {
            case "fault":
                Assert.True(entry.Kind == FirstLevelKind.Fault && !entry.IsLive && !entry.IsBlock, place);
                break;
            case "table":
                PageTableDescriptor link = entry.PageTable;
                Assert.True(entry.Kind == FirstLevelKind.PageTable && entry.IsLive && entry.IsPageTable, place);
                Assert.Equal(
                    (DescriptorVectors.Hex(columns[2]), DescriptorVectors.Flag(columns[8]), Number(columns[9])),
                    (link.Table.Value, link.IsPrivilegedExecuteNever, link.Domain));
                break;
            case "section":
                SectionDescriptor section = entry.Section;
                Assert.True(entry.Kind == FirstLevelKind.Section && entry.IsBlock, place);
                Assert.Equal(
                    Expected(columns),
                    (section.Frame.Value, section.Access, section.Type, section.Scope, section.IsShareable, section.Execution,
                        section.IsPrivilegedExecuteNever));
                Assert.Equal(Number(columns[9]), section.Domain);
                break;
            default:
                SupersectionDescriptor block = entry.Supersection;
                Assert.True(entry.Kind == FirstLevelKind.Supersection && entry.IsBlock, place);
                Assert.Equal(
                    Expected(columns),
                    (block.Frame.Value, block.Access, block.Type, block.Scope, block.IsShareable, block.Execution,
                        block.IsPrivilegedExecuteNever));
                break;
        }
    }

    [Theory]
    [InlineData(0x0000_4000u, Domain.Kernel, 0x0000_4001u)]
    [InlineData(0x0000_4400u, Domain.User, 0x0000_4425u)]
    public void CreatePageTable_EitherHalf_EncodesDomainAndPrivilegedExecuteNever(uint table, Domain domain, uint expected) =>
        Assert.Equal(expected, PageTableDescriptor.Create(new PhysicalAddress(table), domain).Raw);

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Create_ShareableBlockVectors_EncodeToTheManualsWord(string place, string[] columns)
    {
        bool isBlock = columns[1] is "section" or "supersection";
        if (!isBlock || !DescriptorVectors.Flag(columns[6]) || DescriptorVectors.Flag(columns[8]))
        {
            return;
        }

        PhysicalAddress frame = new(DescriptorVectors.Hex(columns[2]));
        AccessPermission access = DescriptorVectors.Access(columns[3]);
        MemoryType type = DescriptorVectors.Type(columns[4]);
        Scope scope = DescriptorVectors.Scope(columns[5]);
        Execution execution = DescriptorVectors.Execution(columns[7]);
        uint raw = columns[1] == "section"
            ? SectionDescriptor.Create(frame, access, type, scope, execution, (Domain)Number(columns[9])).Raw
            : SupersectionDescriptor.Create(frame, access, type, scope, execution).Raw;
        Assert.True(raw == DescriptorVectors.Hex(columns[0]), $"{place}: {raw:X8}");
    }

    [Fact]
    public void CreateSection_KernelData_IsTheManualsWord() =>
        Assert.Equal(
            0x8011_041Eu,
            SectionDescriptor.Create(
                new PhysicalAddress(0x8010_0000), AccessPermission.KernelReadWrite, MemoryType.Normal, Scope.Global,
                Execution.Never, Domain.Kernel).Raw);

    [Fact]
    public void CreateSupersection_KernelData_IsTheManualsWord() =>
        Assert.Equal(
            0x0105_041Eu,
            SupersectionDescriptor.Create(
                new PhysicalAddress(0x0100_0000), AccessPermission.KernelReadWrite, MemoryType.Normal, Scope.Global,
                Execution.Never).Raw);

    private static uint Number(string text) => uint.Parse(text, CultureInfo.InvariantCulture);

    private static (uint Frame, AccessPermission Access, MemoryType Type, Scope Scope, bool IsShareable, Execution Execution,
        bool IsPrivilegedExecuteNever) Expected(string[] columns) =>
        (DescriptorVectors.Hex(columns[2]), DescriptorVectors.Access(columns[3]), DescriptorVectors.Type(columns[4]),
            DescriptorVectors.Scope(columns[5]), DescriptorVectors.Flag(columns[6]), DescriptorVectors.Execution(columns[7]),
            DescriptorVectors.Flag(columns[8]));
}
