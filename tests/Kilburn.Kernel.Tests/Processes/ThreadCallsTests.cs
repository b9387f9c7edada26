using Kilburn.Core.Addresses;
using Kilburn.Kernel.Processes;
using Kilburn.SystemCalls;
using Xunit;

namespace Kilburn.Kernel.Tests.Processes;

public sealed class ThreadCallsTests
{
    private const uint Entry = 0x1_0101;
    private const uint Stack = ProcessFixture.Data + 0x1000;

    [Fact]
    public void Create_Thread_BeginsWithItsArgument()
    {
        using ProcessFixture fixture = new();
        Assert.Equal((SystemCallError.None, 2u), fixture.Call(SystemCall.ThreadCreate, Entry, Stack, 5));
        fixture.CallAndSwitch(SystemCall.Yield);

        Assert.Equal(2u, fixture.Thread.Id);
        Assert.Equal(5u, fixture.Thread.Context.Registers[0]);
        Assert.Equal(Stack, fixture.Thread.Context.Registers[ThreadBlock.StackPointer]);
        Assert.Equal(Entry - 1, fixture.Thread.Context.ProgramCounter);
        Assert.True(ThreadStatus.IsThumb(fixture.Thread.Context.Status));
    }

    [Fact]
    public void Create_MisalignedStack_IsRefused()
    {
        using ProcessFixture fixture = new();
        Assert.Equal(SystemCallError.Misaligned, fixture.Call(SystemCall.ThreadCreate, Entry, Stack + 4, 5).Error);
        Assert.Equal(1u, fixture.Process.LiveThreads);
    }

    [Fact]
    public void Join_ThreadThatRuns_WaitsForItsValue()
    {
        using ProcessFixture fixture = new();
        VirtualAddress first = fixture.Current;
        _ = fixture.Call(SystemCall.ThreadCreate, Entry, Stack, 0);
        fixture.CallAndSwitch(SystemCall.ThreadJoin, 2);
        Assert.NotEqual(first, fixture.Current);
        fixture.CallAndSwitch(SystemCall.ThreadExit, 123);

        Assert.Equal(first, fixture.Current);
        Assert.Equal((SystemCallError.None, 123u), fixture.Answer(first));
        Assert.Equal(SystemCallError.NoSuchThread, fixture.Call(SystemCall.ThreadJoin, 2).Error);
    }

    [Fact]
    public void Join_ThreadThatHasEnded_GivesItsValueOnce()
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.ThreadCreate, Entry, Stack, 0);
        fixture.CallAndSwitch(SystemCall.Yield);
        fixture.CallAndSwitch(SystemCall.ThreadExit, 123);

        Assert.Equal((SystemCallError.None, 123u), fixture.Call(SystemCall.ThreadJoin, 2));
        Assert.Equal(SystemCallError.NoSuchThread, fixture.Call(SystemCall.ThreadJoin, 2).Error);
    }

    [Fact]
    public void Join_Itself_NeverEnds()
    {
        using ProcessFixture fixture = new();
        Assert.Equal(SystemCallError.NeverEnds, fixture.Call(SystemCall.ThreadJoin, 1).Error);
    }

    [Fact]
    public void Join_SecondJoiner_IsRefused()
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.ThreadCreate, Entry, Stack, 0);
        _ = fixture.Call(SystemCall.ThreadCreate, Entry, Stack, 0);
        fixture.CallAndSwitch(SystemCall.ThreadJoin, 3);
        Assert.Equal(2u, fixture.Thread.Id);
        Assert.Equal(SystemCallError.NoSuchThread, fixture.Call(SystemCall.ThreadJoin, 3).Error);
    }

    [Fact]
    public void Join_EachOther_EndsTheRun()
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.ThreadCreate, Entry, Stack, 0);
        fixture.CallAndSwitch(SystemCall.ThreadJoin, 2);
        fixture.CallAndSwitch(SystemCall.ThreadJoin, 1);

        Assert.Equal(default, fixture.Current); // nothing can ever come
        Assert.NotEqual(0u, fixture.System.Awaited);
    }

    [Fact]
    public void Exit_LastThread_EndsTheProcessWithItsValue()
    {
        using ProcessFixture fixture = new();
        fixture.CallAndSwitch(SystemCall.ThreadExit, 9);
        Assert.Equal(default, fixture.Current);
        Assert.Equal(9u, fixture.ProcessAt(fixture.First).End.Status);
        Assert.Equal(ProcessEndReason.Exited, fixture.ProcessAt(fixture.First).End.Reason);
    }

    [Fact]
    public void Exit_FirstOfTwoThreads_TheProcessGoesOn()
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.ThreadCreate, Entry, Stack, 0);
        fixture.CallAndSwitch(SystemCall.ThreadExit, 9);
        Assert.Equal(2u, fixture.Thread.Id);
        Assert.False(fixture.Process.HasEnded);
    }

    [Fact]
    public void SetPointer_AnyWord_IsTheThreadsOwn()
    {
        using ProcessFixture fixture = new();
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.SetThreadPointer, 0xFFFF_FFFF).Error);
        Assert.Equal(0xFFFF_FFFFu, fixture.Thread.ReadOnlyPointer);
    }
}
