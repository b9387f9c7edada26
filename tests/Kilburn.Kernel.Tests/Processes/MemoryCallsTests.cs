using Kilburn.SystemCalls;
using Xunit;

namespace Kilburn.Kernel.Tests.Processes;

public sealed class MemoryCallsTests
{
    private const uint Page = 0x1000;
    private const uint Range = 0x20_0000;
    private const uint ReadWriteFixed = (uint)(MapFlags.Read | MapFlags.Write | MapFlags.Fixed);

    [Theory]
    [InlineData(0u, Page, ReadWriteFixed, SystemCallError.OutOfRange)]
    [InlineData(Range + 1, Page, ReadWriteFixed, SystemCallError.Misaligned)]
    [InlineData(Range, 0u, ReadWriteFixed, SystemCallError.EmptyRange)]
    [InlineData(Range, 0xFFFF_F000u, ReadWriteFixed, SystemCallError.WrappedRange)]
    [InlineData(0x8000_0000u, Page, ReadWriteFixed, SystemCallError.OutOfRange)]
    [InlineData(0x7FFF_F000u, 2 * Page, ReadWriteFixed, SystemCallError.OutOfRange)]
    [InlineData(ProcessFixture.Data, Page, ReadWriteFixed, SystemCallError.Occupied)]
    [InlineData(Range, Page, ReadWriteFixed | 4, SystemCallError.RightsRefused)]
    [InlineData(Range, Page, ReadWriteFixed | 8, SystemCallError.BadArgument)]
    [InlineData(Range, Page, ReadWriteFixed | 0x50, SystemCallError.BadArgument)]
    [InlineData(Range, Page, ReadWriteFixed | 0x800, SystemCallError.BadArgument)]
    public void Map_Wrong_IsRefused(uint address, uint length, uint flags, SystemCallError error)
    {
        using ProcessFixture fixture = new();
        Assert.Equal((error, 0u), fixture.Call(SystemCall.Map, address, length, flags, 0, 0));
    }

    [Fact]
    public void Map_GuardPages_LieBelow()
    {
        using ProcessFixture fixture = new();
        uint flags = ReadWriteFixed | (2u << MapFlagShift.GuardPages);
        Assert.Equal((SystemCallError.None, Range), fixture.Call(SystemCall.Map, Range, Page, flags, 0, 0));
        Assert.Equal(SystemCallError.Occupied, fixture.Call(SystemCall.Map, Range - (2 * Page), Page, ReadWriteFixed, 0, 0).Error);
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.Map, Range - (3 * Page), Page, ReadWriteFixed, 0, 0).Error);
    }

    [Fact]
    public void MoveRange_SameLength_TakesContentsAlong()
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.Map, Range, 2 * Page, ReadWriteFixed, 0, 0);
        fixture.Store(Range + Page, 7);
        const uint Target = Range + (16 * Page);
        Assert.Equal(
            (SystemCallError.None, Target),
            fixture.Call(SystemCall.MoveRange, Range, 2 * Page, 2 * Page, (uint)MapFlags.Fixed, Target));
        Assert.Equal(7u, fixture.Load(Target + Page));
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.Map, Range, 2 * Page, ReadWriteFixed, 0, 0).Error);
    }

    [Fact]
    public void MoveRange_OtherLength_GrowsAndShrinks()
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.Map, Range, Page, ReadWriteFixed, 0, 0);
        fixture.Store(Range, 7);
        Assert.Equal(
            (SystemCallError.None, Range),
            fixture.Call(SystemCall.MoveRange, Range, Page, 3 * Page, (uint)MapFlags.Fixed, Range));
        fixture.Store(Range + (2 * Page), 8);
        Assert.Equal(SystemCallError.Occupied, fixture.Call(SystemCall.Map, Range + Page, Page, ReadWriteFixed, 0, 0).Error);
        Assert.Equal((SystemCallError.None, Range), fixture.Call(SystemCall.MoveRange, Range, 3 * Page, Page, 0, 0));
        Assert.Equal(7u, fixture.Load(Range));
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.Map, Range + Page, Page, ReadWriteFixed, 0, 0).Error);
    }

    [Theory]
    [InlineData(Page, Page, (uint)MapFlags.Read, Range + Page, SystemCallError.BadArgument)]
    [InlineData(Page, 2 * Page, (uint)MapFlags.Fixed, Range + Page, SystemCallError.BadArgument)]
    [InlineData(Page, 2 * Page, (uint)MapFlags.Replace, Range, SystemCallError.BadArgument)]
    [InlineData(0u, 0u, 0u, 0u, SystemCallError.EmptyRange)]
    [InlineData(Page, Page, (uint)MapFlags.Fixed, 0x8000_0000u, SystemCallError.OutOfRange)]
    [InlineData(2 * Page, 2 * Page, 0u, 0u, SystemCallError.NotMapped)]
    [InlineData(Page, 0x1_0001u, 0u, 0u, SystemCallError.Misaligned)]
    public void MoveRange_Wrong_IsRefused(uint length, uint newLength, uint flags, uint address, SystemCallError error)
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.Map, Range, Page, ReadWriteFixed, 0, 0);
        Assert.Equal((error, 0u), fixture.Call(SystemCall.MoveRange, Range, length, newLength, flags, address));
    }

    [Fact]
    public void Advise_Discard_IsZeroAgain()
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.Map, Range, Page, ReadWriteFixed, 0, 0);
        fixture.Store(Range, 1);
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.Advise, Range, Page, (uint)MemoryAdvice.Discard).Error);
        Assert.Equal(0u, fixture.Load(Range));
        Assert.Equal(SystemCallError.BadArgument, fixture.Call(SystemCall.Advise, Range, Page, (uint)MemoryAdvice.Age + 1).Error);
    }

    [Fact]
    public void Protect_ReadOnly_OutputWorksAndStatisticsDoNot()
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.Map, Range, Page, ReadWriteFixed, 0, 0);
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.Protect, Range, Page, (uint)MapFlags.Read).Error);
        Assert.Equal((SystemCallError.None, 4u), fixture.Call(SystemCall.Write, Range, 4));
        Assert.Equal(SystemCallError.BadAddress, fixture.Call(SystemCall.Statistics, 0, Range, 64).Error);
        Assert.Equal(SystemCallError.BadArgument, fixture.Call(SystemCall.Protect, Range, Page, 8).Error);
    }

    [Fact]
    public void Unmap_Range_IsGone()
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.Map, Range, Page, ReadWriteFixed, 0, 0);
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.Unmap, Range, Page).Error);
        Assert.Equal((SystemCallError.BadAddress, 0u), fixture.Call(SystemCall.Write, Range, 4));
    }

    [Fact]
    public void Write_PartOfTheRange_SaysHowMuchIsOut()
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.Map, Range, Page, ReadWriteFixed, 0, 0);
        Assert.Equal((SystemCallError.BadAddress, 16u), fixture.Call(SystemCall.Write, Range + Page - 16, 32));
        Assert.Equal((SystemCallError.BadAddress, 0u), fixture.Call(SystemCall.Write, 0x8000_8000, 4));
        Assert.Equal((SystemCallError.BadArgument, 0u), fixture.Call(SystemCall.Write, Range, 4097));
    }

    [Theory]
    [InlineData(StatisticsKind.Space, 52u)]
    [InlineData(StatisticsKind.Memory, 8u)]
    [InlineData(StatisticsKind.Process, 28u)]
    public void Statistics_EachKind_FillsItsRecord(StatisticsKind kind, uint length)
    {
        using ProcessFixture fixture = new();
        Assert.Equal((SystemCallError.None, length), fixture.Call(SystemCall.Statistics, (uint)kind, ProcessFixture.Data, 0xFFFF_FFFF));
        Assert.Equal((SystemCallError.None, 4u), fixture.Call(SystemCall.Statistics, (uint)kind, ProcessFixture.Data, 4));
        Assert.NotEqual(0u, fixture.Load(ProcessFixture.Data));
    }

    [Theory]
    [InlineData(3u)]
    [InlineData(0xFFFF_FFFFu)]
    public void Statistics_NoKind_BadArgument(uint kind)
    {
        using ProcessFixture fixture = new();
        Assert.Equal(SystemCallError.BadArgument, fixture.Call(SystemCall.Statistics, kind, ProcessFixture.Data, 64).Error);
    }

    [Theory]
    [InlineData((uint)SystemCall.ObjectSync + 1)]
    [InlineData(0x7FFF_FFFFu)]
    [InlineData(0xFFFF_FFFFu)]
    [InlineData(0xFFFF_FFFEu)]
    public void Enter_UnknownNumber_NoSuchCall(uint number)
    {
        using ProcessFixture fixture = new();
        Assert.Equal((SystemCallError.NoSuchCall, 0u), fixture.Call((SystemCall)number, 1, 2, 3));
    }
}
