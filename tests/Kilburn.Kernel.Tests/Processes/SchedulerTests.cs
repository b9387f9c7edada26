using Kilburn.Core.Addresses;
using Kilburn.Kernel.Processes;
using Kilburn.SystemCalls;
using Xunit;

namespace Kilburn.Kernel.Tests.Processes;

public sealed class SchedulerTests
{
    private const uint Entry = 0x1_0101;
    private const uint Stack = ProcessFixture.Data + 0x1000;

    [Fact]
    public void Yield_Alone_GoesOn()
    {
        using ProcessFixture fixture = new();
        Assert.Equal((SystemCallError.None, 0u), fixture.Call(SystemCall.Yield));
    }

    [Fact]
    public void Yield_ThreeThreads_TakeTurns()
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.ThreadCreate, Entry, Stack, 0);
        _ = fixture.Call(SystemCall.ThreadCreate, Entry, Stack, 0);
        uint[] order = new uint[6];
        for (int turn = 0; turn < order.Length; turn++)
        {
            order[turn] = fixture.Thread.Id;
            fixture.CallAndSwitch(SystemCall.Yield);
        }

        Assert.Equal([1u, 2, 3, 1, 2, 3], order);
    }

    [Fact]
    public void Tick_OthersAreReady_TakesTheProcessor()
    {
        using ProcessFixture fixture = new();
        VirtualAddress first = fixture.Current;
        fixture.Tick();
        Assert.Equal(first, fixture.Current);
        Assert.Equal(0u, fixture.Thread.Preemptions);
        _ = fixture.Call(SystemCall.ThreadCreate, Entry, Stack, 0);
        fixture.Tick();
        Assert.NotEqual(first, fixture.Current);
        Assert.Equal(1u, fixture.ThreadAt(first).Preemptions);
    }

    [Fact]
    public void Sleep_AllSleep_TheOneThatWakesFirstRuns()
    {
        using ProcessFixture fixture = new();
        for (uint thread = 2; thread <= 4; thread++)
        {
            _ = fixture.Call(SystemCall.ThreadCreate, Entry, Stack, 0);
        }

        fixture.CallAndSwitch(SystemCall.Sleep, 500);
        fixture.CallAndSwitch(SystemCall.Sleep, 100);
        fixture.CallAndSwitch(SystemCall.Sleep, 300);
        fixture.CallAndSwitch(SystemCall.Sleep, 200);
        Assert.Equal(2u, fixture.Thread.Id);
        Assert.InRange(fixture.Kernel.Time, 101u, 200u);
        fixture.CallAndSwitch(SystemCall.Sleep, 1000);
        Assert.Equal(4u, fixture.Thread.Id);
        fixture.CallAndSwitch(SystemCall.Sleep, 1000);
        Assert.Equal(3u, fixture.Thread.Id);
    }

    [Fact]
    public void Sleep_OthersRun_SleeperIsWokenByTheTimer()
    {
        using ProcessFixture fixture = new();
        VirtualAddress first = fixture.Current;
        _ = fixture.Call(SystemCall.ThreadCreate, Entry, Stack, 0);
        fixture.CallAndSwitch(SystemCall.Sleep, 100);
        fixture.Tick();
        Assert.NotEqual(first, fixture.Current);
        fixture.Kernel.Time += 200;
        fixture.Tick();
        Assert.Equal(first, fixture.Current);
    }

    [Fact]
    public void Next_ProcessWithSleepersEnds_NoneIsLeft()
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.ThreadCreate, Entry, Stack, 0);
        _ = fixture.Call(SystemCall.ThreadCreate, Entry, Stack, 0);
        fixture.CallAndSwitch(SystemCall.Sleep, 100);
        fixture.CallAndSwitch(SystemCall.Sleep, 200);
        fixture.CallAndSwitch(SystemCall.Exit, 0);

        Assert.Equal(default, fixture.Current);
        Assert.True(fixture.System.Sleeping.IsEmpty);
        Assert.True(fixture.System.Ready.IsEmpty);
        Assert.Equal(default, fixture.System.Cores[0].Active);
    }

    // Another core has it in its registers, and its space in its TLB: nothing of it may go before that core has let go.
    [Fact]
    public void End_WhileAnotherCoreRunsAThreadOfIt_ComesWhenThatLetsGo()
    {
        const uint AnotherCore = 2;
        using ProcessFixture fixture = new();
        _ = fixture.StartProgram(out VirtualAddress other);
        ref ProcessBlock process = ref fixture.ProcessAt(other);
        ref ThreadBlock thread = ref fixture.ThreadAt(process.FirstThread);
        fixture.System.Ready.Remove(ref fixture.Kernel.Core, ref thread);
        thread.RunsOn = AnotherCore + 1;

        ProcessEnd end = new() { Reason = ProcessEndReason.Killed };
        ProcessLife.End(ref fixture.Kernel.Core, ref fixture.Kernel.Board, ref process, in end);
        Assert.True(process.IsEnding);
        Assert.False(process.HasEnded);
        Assert.NotEqual(default, process.Space.ControlPage);
        Assert.Equal(1u, process.LiveThreads);

        thread.RunsOn = 1; // as that core would see it
        Assert.True(ProcessLife.TryDrop(ref fixture.Kernel.Core, ref fixture.Kernel.Board, ref thread));
        Assert.False(ProcessLife.TryFind(ref fixture.Kernel.Core, ref fixture.Kernel.Board, 2, out _));
    }

    [Fact]
    public void Call_OfAProcessThatIsToEnd_ComesToNothing()
    {
        using ProcessFixture fixture = new();
        ref ProcessBlock process = ref fixture.Process;
        process.IsEnding = true;
        process.End.Reason = ProcessEndReason.Killed;
        fixture.CallAndSwitch(SystemCall.Clone);

        Assert.Equal(default, fixture.Current);
        Assert.True(fixture.ProcessAt(fixture.First).HasEnded);
        Assert.Equal(ProcessEndReason.Killed, fixture.ProcessAt(fixture.First).End.Reason);
    }

    [Fact]
    public void Wake_CoresThatSleep_CallsTheOneThatRanTheThreadLast()
    {
        using ProcessFixture fixture = new();
        _ = fixture.StartProgram(out VirtualAddress other);
        ref ThreadBlock thread = ref fixture.ThreadAt(fixture.ProcessAt(other).FirstThread);
        fixture.System.Ready.Remove(ref fixture.Kernel.Core, ref thread);
        thread.LastCore = 2 + 1;
        fixture.System.Idle = 0b1110;
        Scheduler.Wake(ref fixture.Kernel.Core, ref fixture.Kernel.Board, ref thread);
        Assert.Equal(0b1010u, fixture.System.Idle);

        fixture.System.Ready.Remove(ref fixture.Kernel.Core, ref thread);
        Scheduler.Wake(ref fixture.Kernel.Core, ref fixture.Kernel.Board, ref thread);
        Assert.Equal(0b1000u, fixture.System.Idle);
    }

    [Fact]
    public void Tick_Interrupted_EndsTheAwaitedProcessAndNoOther()
    {
        using ProcessFixture fixture = new();
        _ = fixture.StartProgram(out VirtualAddress other);
        fixture.Kernel.IsInterruptAsked = true;
        fixture.Tick();

        Assert.Equal(default, fixture.Current);
        Assert.True(fixture.ProcessAt(fixture.First).HasEnded);
        Assert.Equal(ProcessEndReason.Interrupted, fixture.ProcessAt(fixture.First).End.Reason);
        Assert.False(fixture.ProcessAt(other).HasEnded);
        Assert.False(fixture.Kernel.IsInterruptAsked);
    }

    [Fact]
    public void Tick_InterruptedWhileAnotherRuns_EndsTheAwaitedProcess()
    {
        using ProcessFixture fixture = new();
        _ = fixture.StartProgram(out VirtualAddress other);
        fixture.CallAndSwitch(SystemCall.Yield);
        Assert.Equal(other, fixture.Thread.Process);
        fixture.Kernel.IsInterruptAsked = true;
        fixture.Tick();

        Assert.Equal(default, fixture.Current);
        Assert.Equal(ProcessEndReason.Interrupted, fixture.ProcessAt(fixture.First).End.Reason);
        Assert.False(fixture.ProcessAt(other).HasEnded);
    }

    [Fact]
    public void Sleep_Interrupted_EndsBeforeItsTime()
    {
        using ProcessFixture fixture = new();
        fixture.Kernel.IsInterruptAsked = true;
        fixture.CallAndSwitch(SystemCall.Sleep, 1_000_000);

        Assert.Equal(default, fixture.Current);
        Assert.Equal(ProcessEndReason.Interrupted, fixture.ProcessAt(fixture.First).End.Reason);
        Assert.Equal(0u, fixture.Kernel.Time);
        Assert.True(fixture.System.Sleeping.IsEmpty);
    }
}
