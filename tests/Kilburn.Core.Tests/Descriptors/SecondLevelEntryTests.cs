using System.Collections.Generic;
using CsCheck;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Xunit;

namespace Kilburn.Core.Tests.Descriptors;

public sealed class SecondLevelEntryTests
{
    public static IEnumerable<TheoryDataRow<string, string[]>> Vectors => VectorFile.Read("second-level.txt");

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Kind_VectorsOfTheManual_AreDecodedFieldByField(string place, string[] columns)
    {
        SecondLevelEntry entry = new(DescriptorVectors.Hex(columns[0]));
        switch (columns[1])
        {
            case "fault":
                Assert.True(entry.Kind == SecondLevelKind.Fault && !entry.IsLive, place);
                break;
            case "small":
                SmallPageDescriptor small = entry.Small;
                Assert.True(entry.Kind == SecondLevelKind.Small && entry.IsLive && entry.IsSmall, place);
                Assert.Equal(Expected(columns), (small.Frame.Value, small.Access, small.Type, small.Scope, small.IsShareable, small.Execution));
                break;
            default:
                LargePageDescriptor large = entry.Large;
                Assert.True(entry.Kind == SecondLevelKind.Large && entry.IsLive && !entry.IsSmall, place);
                Assert.Equal(Expected(columns), (large.Frame.Value, large.Access, large.Type, large.Scope, large.IsShareable, large.Execution));
                break;
        }
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Create_ShareableVectors_EncodeToTheManualsWord(string place, string[] columns)
    {
        if (columns[1] == "fault" || !DescriptorVectors.Flag(columns[6]))
        {
            return;
        }

        PhysicalAddress frame = new(DescriptorVectors.Hex(columns[2]));
        AccessPermission access = DescriptorVectors.Access(columns[3]);
        MemoryType type = DescriptorVectors.Type(columns[4]);
        Scope scope = DescriptorVectors.Scope(columns[5]);
        Execution execution = DescriptorVectors.Execution(columns[7]);
        uint raw = columns[1] == "small"
            ? SmallPageDescriptor.Create(frame, access, type, scope, execution).Raw
            : LargePageDescriptor.Create(frame, access, type, scope, execution).Raw;
        Assert.True(raw == DescriptorVectors.Hex(columns[0]), $"{place}: {raw:X8}");
    }

    [Fact]
    public void WithRights_AnySmallPage_ChangesRightsOnly() =>
        Gen.Select(Gen.UInt[0, 0xFFFFF], Gen.OneOf(Accesses), Gen.OneOf(Accesses), Gen.Bool).Sample(
            (frame, before, after, isExecutable) =>
            {
                Execution execution = isExecutable ? Execution.Allowed : Execution.Never;
                SmallPageDescriptor page = SmallPageDescriptor.Create(
                    PhysicalAddress.FromFrameNumber(frame), before, MemoryType.Normal, Scope.NotGlobal, Execution.Never);
                SmallPageDescriptor expected = SmallPageDescriptor.Create(
                    PhysicalAddress.FromFrameNumber(frame), after, MemoryType.Normal, Scope.NotGlobal, execution);
                return page.WithRights(after, execution).Raw == expected.Raw;
            });

    [Fact]
    public void WithShare_SmallPage_SetsTheBitThatRemapLeavesToSoftware()
    {
        SmallPageDescriptor page = SmallPageDescriptor.Create(
            new PhysicalAddress(0x8000_0000), AccessPermission.ReadWrite, MemoryType.Normal, Scope.NotGlobal, Execution.Never);
        Assert.False(page.HasShare);
        Assert.True(page.WithShare().HasShare);
        Assert.Equal(page.Raw | 0x80, page.WithShare().Raw);
    }

    private static Gen<AccessPermission>[] Accesses =>
        [Gen.Const(AccessPermission.KernelRead), Gen.Const(AccessPermission.KernelReadWrite), Gen.Const(AccessPermission.Read),
            Gen.Const(AccessPermission.ReadWrite)];

    private static (uint Frame, AccessPermission Access, MemoryType Type, Scope Scope, bool IsShareable, Execution Execution)
        Expected(string[] columns) =>
        (DescriptorVectors.Hex(columns[2]), DescriptorVectors.Access(columns[3]), DescriptorVectors.Type(columns[4]),
            DescriptorVectors.Scope(columns[5]), DescriptorVectors.Flag(columns[6]), DescriptorVectors.Execution(columns[7]));
}
