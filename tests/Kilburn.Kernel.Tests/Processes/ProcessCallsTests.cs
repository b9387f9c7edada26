using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Kernel.Processes;
using Kilburn.SystemCalls;
using Xunit;

namespace Kilburn.Kernel.Tests.Processes;

public sealed class ProcessCallsTests
{
    private const uint Data = ProcessFixture.Data;

    [Fact]
    public void Wait_NoChild_NeverEnds()
    {
        using ProcessFixture fixture = new();
        Assert.Equal(SystemCallError.NeverEnds, fixture.Call(SystemCall.Wait, 0, 0).Error);
    }

    [Fact]
    public void Wait_AnothersChild_NoSuchProcess()
    {
        using ProcessFixture fixture = new();
        fixture.StartProgram(out VirtualAddress other);
        Assert.Equal(SystemCallError.NoSuchProcess, fixture.Call(SystemCall.Wait, fixture.ProcessAt(other).Id, 0).Error);
    }

    [Fact]
    public void Wait_ChildRuns_WaitsUntilItHasEnded()
    {
        using ProcessFixture fixture = new();
        VirtualAddress parent = fixture.Current;
        uint child = fixture.Call(SystemCall.Clone).Value;
        uint before = fixture.Thread.Context.ProgramCounter;

        fixture.CallAndSwitch(SystemCall.Wait, child, Data);
        Assert.NotEqual(parent, fixture.Current);
        Assert.Equal(ThreadState.AwaitingChild, fixture.ThreadAt(parent).State);
        Assert.Equal(before - 2, fixture.ThreadAt(parent).Context.ProgramCounter); // Thumb
        fixture.CallAndSwitch(SystemCall.Exit, 77);
        Assert.Equal(parent, fixture.Current);
        fixture.CallAgain();

        Assert.Equal((SystemCallError.None, child), fixture.Answer(parent));
        Assert.Equal(child, fixture.Load(Data));
        Assert.Equal((uint)ProcessEndReason.Exited, fixture.Load(Data + 4));
        Assert.Equal(77u, fixture.Load(Data + 8));
        Assert.Equal(SystemCallError.NeverEnds, fixture.Call(SystemCall.Wait, 0, 0).Error);
    }

    [Theory]
    [InlineData(ProcessFixture.Text)]
    [InlineData(ProcessFixture.Nowhere)]
    [InlineData(0x8000_8000u)]
    [InlineData(0xFFFF_FFFCu)]
    public void Wait_BadRecord_ChildCanStillBeAwaited(uint record)
    {
        using ProcessFixture fixture = new();
        uint child = fixture.Call(SystemCall.Clone).Value;
        fixture.CallAndSwitch(SystemCall.Yield);
        fixture.CallAndSwitch(SystemCall.Exit, 5);

        Assert.Equal(SystemCallError.BadAddress, fixture.Call(SystemCall.Wait, child, record).Error);
        Assert.Equal((SystemCallError.None, child), fixture.Call(SystemCall.Wait, child, Data));
    }

    [Fact]
    public void Wait_ChildEndedByFault_TellsWhy()
    {
        using ProcessFixture fixture = new();
        uint child = fixture.Call(SystemCall.Clone).Value;
        fixture.CallAndSwitch(SystemCall.Yield);
        fixture.Touch(FaultAccess.Write, ProcessFixture.Nowhere);

        Assert.Equal((SystemCallError.None, child), fixture.Call(SystemCall.Wait, 0, Data));
        Assert.Equal((uint)ProcessEndReason.NotMapped, fixture.Load(Data + 4));
        Assert.Equal((uint)MemoryAccess.Write, fixture.Load(Data + 12));
        Assert.Equal(ProcessFixture.Nowhere, fixture.Load(Data + 16));
    }

    [Fact]
    public void Clone_Child_FindsZeroesAndGoesItsOwnWay()
    {
        using ProcessFixture fixture = new();
        VirtualAddress parent = fixture.Current;
        fixture.Store(Data, 1);
        fixture.Thread.Context.Registers[9] = 99;
        uint child = fixture.Call(SystemCall.Clone).Value;
        fixture.CallAndSwitch(SystemCall.Yield);

        Assert.Equal(child, fixture.Process.Id);
        Assert.Equal((SystemCallError.None, 0u), fixture.Answer(fixture.Current));
        Assert.Equal(99u, fixture.Thread.Context.Registers[9]);
        Assert.Equal(1u, fixture.Load(Data));
        fixture.Store(Data, 2);
        fixture.CallAndSwitch(SystemCall.Yield);
        Assert.Equal(parent, fixture.Current);
        Assert.Equal(1u, fixture.Load(Data));
    }

    [Fact]
    public void Exit_ParentOfARunningChild_ChildIsTheMonitors()
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.Clone);
        fixture.CallAndSwitch(SystemCall.Exit, 0);

        Assert.Equal(default, fixture.Current); // what the monitor waited for has come
        VirtualAddress child = fixture.ProcessAt(fixture.First).Next;
        Assert.Equal(0u, fixture.ProcessAt(child).Parent);
        Assert.True(fixture.ProcessAt(fixture.First).HasEnded);
    }

    [Fact]
    public void Exit_ParentOfAnEndedChild_ChildIsForgotten()
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.Clone);
        fixture.CallAndSwitch(SystemCall.Yield);
        fixture.CallAndSwitch(SystemCall.Exit, 0);
        fixture.CallAndSwitch(SystemCall.Exit, 0);
        Assert.Equal(default, fixture.ProcessAt(fixture.First).Next);
    }

    [Theory]
    [InlineData("none", SystemCallError.NoSuchName)]
    [InlineData("text", SystemCallError.BadProgram)]
    [InlineData("", SystemCallError.NoSuchName)]
    [InlineData("a name that is longer than any may be", SystemCallError.BadArgument)]
    public void Spawn_NoProgram_SaysWhyAndMakesNoProcess(string name, SystemCallError error)
    {
        using ProcessFixture fixture = new();
        uint address = fixture.Put(name);
        Assert.Equal(error, fixture.Call(SystemCall.Spawn, address, (uint)name.Length, 0, 0).Error);
        Assert.Equal(default, fixture.Process.Next);
    }

    [Theory]
    [InlineData(ProcessFixture.Nowhere, 4u, Data, 4u, SystemCallError.BadAddress)]
    [InlineData(0x8000_8000u, 4u, Data, 4u, SystemCallError.BadAddress)]
    [InlineData(Data, 4u, ProcessFixture.Nowhere, 4u, SystemCallError.BadAddress)]
    [InlineData(Data, 4u, 0xFFFF_0000u, 4u, SystemCallError.BadAddress)]
    [InlineData(Data, 4u, Data, 1025u, SystemCallError.BadArgument)]
    [InlineData(Data, 4u, Data, 0xFFFF_FFFFu, SystemCallError.BadArgument)]
    [InlineData(Data, 0xFFFF_FFFFu, Data, 4u, SystemCallError.BadArgument)]
    public void Spawn_BadArguments_AreRefused(uint name, uint nameLength, uint text, uint textLength, SystemCallError error)
    {
        using ProcessFixture fixture = new();
        _ = fixture.Put("prog");
        Assert.Equal(error, fixture.Call(SystemCall.Spawn, name, nameLength, text, textLength).Error);
        Assert.Equal(default, fixture.Process.Next);
    }

    [Fact]
    public void Spawn_Program_GetsItsArguments()
    {
        using ProcessFixture fixture = new();
        uint address = fixture.Put("prog");
        uint child = fixture.Call(SystemCall.Spawn, address, 4, address, 3).Value;
        fixture.CallAndSwitch(SystemCall.Yield);

        Assert.Equal(child, fixture.Process.Id);
        Assert.Equal(3u, fixture.Thread.Context.Registers[1]);
        uint arguments = fixture.Thread.Context.Registers[0];
        Assert.Equal(0x6F_7270u, fixture.Load(arguments) & 0xFF_FFFF); // "pro"
        Assert.Equal(0u, fixture.Thread.Context.Registers[ThreadBlock.StackPointer] & 7);
    }
}
