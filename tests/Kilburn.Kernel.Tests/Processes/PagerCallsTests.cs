using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Kernel.Processes;
using Kilburn.SystemCalls;
using Xunit;

namespace Kilburn.Kernel.Tests.Processes;

public sealed class PagerCallsTests
{
    private const uint Page = 0x1000;
    private const uint Range = 0x20_0000;
    private const uint Request = ProcessFixture.Data + 0x100;
    private const uint SharedFixed = (uint)(MapFlags.Read | MapFlags.Write | MapFlags.SharedObject | MapFlags.Fixed);

    [Fact]
    public void Serve_NoPager_NoSuchObject()
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.ObjectCreate, Page, 0, 0);
        Assert.Equal(SystemCallError.NoSuchObject, fixture.Call(SystemCall.PagerServe, Request).Error);
    }

    [Fact]
    public void Serve_BadAddress_TakesNothing()
    {
        using ProcessFixture fixture = new();
        (VirtualAddress pager, VirtualAddress toucher) = Touch(fixture, FaultAccess.Read);
        Assert.Equal(pager, fixture.Current);
        Assert.Equal(SystemCallError.BadAddress, fixture.Call(SystemCall.PagerServe, ProcessFixture.Text).Error);
        Serve(fixture, PagerRequestKind.Fill, 0);
        Assert.Equal(ThreadState.AwaitingPage, fixture.ThreadAt(toucher).State);
    }

    [Fact]
    public void Reply_Done_BringsThePage()
    {
        using ProcessFixture fixture = new();
        (_, VirtualAddress toucher) = Touch(fixture, FaultAccess.Read);
        Serve(fixture, PagerRequestKind.Fill, 0);
        fixture.Store(ProcessFixture.Data, 0x1234);
        _ = fixture.Call(SystemCall.PagerReply, 1, 0, ProcessFixture.Data, (uint)PagerResult.Done);
        fixture.CallAndSwitch(SystemCall.Yield);

        Assert.Equal(toucher, fixture.Current);
        fixture.Touch(FaultAccess.Read, Range); // as the program does, which is not run here
        Assert.Equal(toucher, fixture.Current);
        Assert.Equal(0x1234u, fixture.Load(Range));
    }

    [Fact]
    public void Reply_Failed_EndsWhoTouched()
    {
        using ProcessFixture fixture = new();
        _ = Touch(fixture, FaultAccess.Read);
        uint child = fixture.System.LastId;
        Serve(fixture, PagerRequestKind.Fill, 0);
        _ = fixture.Call(SystemCall.PagerReply, 1, 0, 0, (uint)PagerResult.Failed);
        fixture.CallAndSwitch(SystemCall.Yield);
        fixture.Touch(FaultAccess.Read, Range);

        Assert.Equal((SystemCallError.None, child), fixture.Call(SystemCall.Wait, child, ProcessFixture.Data));
        Assert.Equal((uint)ProcessEndReason.PagerFailed, fixture.Load(ProcessFixture.Data + 4));
    }

    [Fact]
    public void Close_PagersHandle_EndsWhoWaits()
    {
        using ProcessFixture fixture = new();
        _ = Touch(fixture, FaultAccess.Read);
        _ = fixture.Call(SystemCall.ObjectClose, 1);
        fixture.CallAndSwitch(SystemCall.Yield);
        fixture.Touch(FaultAccess.Read, Range);
        _ = fixture.Call(SystemCall.Wait, 0, ProcessFixture.Data);
        Assert.Equal((uint)ProcessEndReason.PagerFailed, fixture.Load(ProcessFixture.Data + 4));
    }

    [Theory]
    [InlineData(2u, 0u, 0u, SystemCallError.NoSuchObject)]
    [InlineData(1u, Page, 0u, SystemCallError.NotMapped)] // not asked for
    [InlineData(1u, 4 * Page, 0u, SystemCallError.OutOfRange)]
    [InlineData(1u, 1u, 0u, SystemCallError.Misaligned)]
    [InlineData(1u, 0u, 2u, SystemCallError.BadArgument)]
    public void Reply_Wrong_IsRefused(uint handle, uint offset, uint result, SystemCallError error)
    {
        using ProcessFixture fixture = new();
        _ = Touch(fixture, FaultAccess.Read);
        Serve(fixture, PagerRequestKind.Fill, 0);
        Assert.Equal(error, fixture.Call(SystemCall.PagerReply, handle, offset, ProcessFixture.Data, result).Error);
        Assert.Equal(SystemCallError.BadAddress, fixture.Call(SystemCall.PagerReply, 1, 0, ProcessFixture.Nowhere, 0).Error);
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.PagerReply, 1, 0, ProcessFixture.Data, 0).Error);
    }

    [Fact]
    public void Call_OnAPageOfAPager_IsMadeAgain()
    {
        using ProcessFixture fixture = new();
        (_, VirtualAddress toucher) = Touch(fixture, access: null);
        uint place = fixture.Thread.Context.ProgramCounter;
        fixture.CallAndSwitch(SystemCall.Write, Range, 4);
        Assert.Equal(ThreadState.AwaitingPage, fixture.ThreadAt(toucher).State);
        Assert.Equal(place - 2, fixture.ThreadAt(toucher).Context.ProgramCounter);
        Serve(fixture, PagerRequestKind.Fill, 0);
        fixture.Store(ProcessFixture.Data, 0x0A6B_6F20);
        _ = fixture.Call(SystemCall.PagerReply, 1, 0, ProcessFixture.Data, 0);
        fixture.CallAndSwitch(SystemCall.Yield);

        Assert.Equal(toucher, fixture.Current);
        fixture.CallAgain();
        Assert.Equal((SystemCallError.None, 4u), fixture.Answer(toucher));
    }

    [Fact]
    public void Serve_NothingElseRuns_WrittenPagesAreToBeKept()
    {
        using ProcessFixture fixture = new();
        (VirtualAddress pager, VirtualAddress toucher) = Touch(fixture, FaultAccess.Write);
        Serve(fixture, PagerRequestKind.Fill, 0);
        _ = fixture.Call(SystemCall.PagerReply, 1, 0, ProcessFixture.Data, 0);
        fixture.CallAndSwitch(SystemCall.PagerServe, Request);
        Assert.Equal(toucher, fixture.Current);
        fixture.Store(Range, 77);
        fixture.CallAndSwitch(SystemCall.Sleep, 1000);

        Assert.Equal(pager, fixture.Current);
        fixture.CallAgain();
        Assert.Equal(SystemCallError.None, fixture.Answer(pager).Error);
        Assert.Equal((uint)PagerRequestKind.WriteBack, fixture.Load(Request + 8));
        _ = fixture.Call(SystemCall.Map, Range, Page, SharedFixed, 1, 0);
        Assert.Equal(77u, fixture.Load(Range));
    }

    [Theory]
    [InlineData(PagerResult.Done, SystemCallError.None)]
    [InlineData(PagerResult.Failed, SystemCallError.NotKept)]
    public void Sync_WrittenPage_WaitsForThePagersAnswer(PagerResult result, SystemCallError expected)
    {
        using ProcessFixture fixture = new();
        (VirtualAddress pager, VirtualAddress toucher) = WritePage(fixture);
        uint place = fixture.Thread.Context.ProgramCounter;
        fixture.CallAndSwitch(SystemCall.ObjectSync, 1);
        Assert.Equal(pager, fixture.Current);
        Assert.Equal(ThreadState.AwaitingWriteBack, fixture.ThreadAt(toucher).State);
        Assert.Equal(place - 2, fixture.ThreadAt(toucher).Context.ProgramCounter);
        fixture.CallAgain();
        Assert.Equal((uint)PagerRequestKind.WriteBack, fixture.Load(Request + 8));
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.PagerReply, 1, 0, 0, (uint)result).Error);
        fixture.CallAndSwitch(SystemCall.Yield);

        Assert.Equal(toucher, fixture.Current);
        fixture.CallAgain();
        Assert.Equal(expected, fixture.Answer(toucher).Error);
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.ObjectSync, 1).Error);
    }

    [Fact]
    public void Sync_PagerServesAgain_IsDone()
    {
        using ProcessFixture fixture = new();
        (_, VirtualAddress toucher) = WritePage(fixture);
        fixture.CallAndSwitch(SystemCall.ObjectSync, 1);
        fixture.CallAgain();
        fixture.CallAndSwitch(SystemCall.PagerServe, Request);
        Assert.Equal(toucher, fixture.Current);
        fixture.CallAgain();
        Assert.Equal(SystemCallError.None, fixture.Answer(toucher).Error);
    }

    [Fact]
    public void Sync_PagerEnds_IsNotKept()
    {
        using ProcessFixture fixture = new();
        (_, VirtualAddress toucher) = WritePage(fixture);
        fixture.CallAndSwitch(SystemCall.ObjectSync, 1);
        _ = fixture.Call(SystemCall.ObjectClose, 1);
        fixture.CallAndSwitch(SystemCall.Yield);
        Assert.Equal(toucher, fixture.Current);
        fixture.CallAgain();
        Assert.Equal(SystemCallError.NotKept, fixture.Answer(toucher).Error);
    }

    [Fact]
    public void Sync_WaiterEnds_IsForgotten()
    {
        using ProcessFixture fixture = new();
        (_, VirtualAddress toucher) = WritePage(fixture);
        VirtualAddress process = fixture.ThreadAt(toucher).Process;
        fixture.CallAndSwitch(SystemCall.ObjectSync, 1);
        ProcessEnd end = default;
        ProcessLife.End(ref fixture.Kernel.Core, ref fixture.Kernel.Board, ref fixture.ProcessAt(process), in end);
        Assert.True(fixture.System.AwaitingWriteBacks.IsEmpty);
    }

    [Fact]
    public void Sync_NoPagerToWaitFor_IsAnsweredAtOnce()
    {
        using ProcessFixture fixture = new();
        Assert.Equal(SystemCallError.NoSuchObject, fixture.Call(SystemCall.ObjectSync, 1).Error);
        _ = fixture.Call(SystemCall.ObjectCreate, Page, 0, 0);
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.ObjectSync, 1).Error);
        _ = fixture.Call(SystemCall.PagerAttach, Page, 0, 0);
        Assert.Equal(SystemCallError.WrongKind, fixture.Call(SystemCall.ObjectSync, 2).Error);
    }

    // The clone has written the first page, and runs; the pager waits for work.
    private static (VirtualAddress Pager, VirtualAddress Toucher) WritePage(ProcessFixture fixture)
    {
        (VirtualAddress pager, VirtualAddress toucher) = Touch(fixture, FaultAccess.Write);
        Serve(fixture, PagerRequestKind.Fill, 0);
        _ = fixture.Call(SystemCall.PagerReply, 1, 0, ProcessFixture.Data, 0);
        fixture.CallAndSwitch(SystemCall.PagerServe, Request);
        Assert.Equal(toucher, fixture.Current);
        fixture.Store(Range, 77);
        return (pager, toucher);
    }

    [Fact]
    public void Open_File_ShowsItAndIsNotWritten()
    {
        using ProcessFixture fixture = new();
        uint name = fixture.Put("text");
        uint handle = fixture.Call(SystemCall.ObjectOpen, name, 4).Value;
        Assert.NotEqual(0u, handle);
        Assert.Equal(SystemCallError.WrongKind, fixture.Call(SystemCall.ObjectResize, handle, 0).Error);
        Assert.Equal(SystemCallError.RightsRefused, fixture.Call(SystemCall.Map, Range, Page, SharedFixed, handle, 0).Error);
        uint readOnly = SharedFixed & ~(uint)MapFlags.Write;
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.Map, Range, Page, readOnly, handle, 0).Error);
        Assert.Equal(SystemCallError.RightsRefused, fixture.Call(SystemCall.Protect, Range, Page, 3).Error);
        VirtualAddress reader = fixture.Current;
        fixture.Touch(FaultAccess.Read, Range);
        Assert.Equal(reader, fixture.Current);
        fixture.Touch(FaultAccess.Read, Range);
        Assert.Equal(0x7020_6F6Eu, fixture.Load(Range)); // "no p"
        Assert.Equal(0u, fixture.Load(Range + 12));
        _ = fixture.Call(SystemCall.ObjectClose, handle);
        Assert.NotEqual(default, fixture.System.FirstFile); // the mapping has it
        _ = fixture.Call(SystemCall.Unmap, Range, Page);
        fixture.CallAndSwitch(SystemCall.Exit, 0);
        Assert.Equal(default, fixture.System.FirstFile);
    }

    // The first process makes an object that it is the pager of; a clone maps it and touches its first page.
    private static (VirtualAddress Pager, VirtualAddress Toucher) Touch(ProcessFixture fixture, FaultAccess? access)
    {
        VirtualAddress pager = fixture.Current;
        _ = fixture.Call(SystemCall.PagerAttach, 4 * Page, 0, 0);
        _ = fixture.Call(SystemCall.Clone);
        fixture.CallAndSwitch(SystemCall.Yield);
        VirtualAddress toucher = fixture.Current;
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.Map, Range, Page, SharedFixed, 1, 0).Error);
        if (access is FaultAccess wanted)
        {
            fixture.Touch(wanted, Range);
            Assert.Equal(pager, fixture.Current);
        }

        return (pager, toucher);
    }

    private static void Serve(ProcessFixture fixture, PagerRequestKind kind, uint offset)
    {
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.PagerServe, Request).Error);
        Assert.Equal(1u, fixture.Load(Request));
        Assert.Equal(offset, fixture.Load(Request + 4));
        Assert.Equal((uint)kind, fixture.Load(Request + 8));
    }
}
