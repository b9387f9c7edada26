using CsCheck;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Kernel.Processes;
using Kilburn.SystemCalls;
using Xunit;

namespace Kilburn.Kernel.Tests.Processes;

public sealed class FaultCallsTests
{
    private const uint Handler = 0x1_0201;
    private const uint Stack = ProcessFixture.Data + 0x1000;
    private const uint Nowhere = ProcessFixture.Nowhere;

    [Fact]
    public void Return_NoFault_BadArgument()
    {
        using ProcessFixture fixture = new();
        Assert.Equal(SystemCallError.BadArgument, fixture.Call(SystemCall.FaultReturn, (uint)FaultAction.Resume).Error);
        Assert.Equal(SystemCallError.BadArgument, fixture.Call(SystemCall.FaultReturn, (uint)FaultAction.End).Error);
    }

    [Fact]
    public void SetHandler_MisalignedStack_IsRefused()
    {
        using ProcessFixture fixture = new();
        Assert.Equal(SystemCallError.Misaligned, fixture.Call(SystemCall.SetFaultHandler, Handler, Stack + 4).Error);
        Assert.Equal(0u, fixture.Process.FaultHandler);
    }

    [Fact]
    public void Fault_WithHandler_HandlerGetsFaultAndRegisters()
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.SetFaultHandler, Handler, Stack);
        fixture.Thread.Context.Registers[11] = 1111;
        uint place = fixture.Thread.Context.ProgramCounter;
        fixture.Touch(FaultAccess.Write, Nowhere + 8);

        uint record = fixture.Thread.Context.Registers[0];
        Assert.Equal(Stack - 80, record);
        Assert.Equal(record, fixture.Thread.Context.Registers[ThreadBlock.StackPointer]);
        Assert.Equal(Handler - 1, fixture.Thread.Context.ProgramCounter);
        Assert.Equal((uint)ProcessEndReason.NotMapped, fixture.Load(record));
        Assert.Equal((uint)MemoryAccess.Write, fixture.Load(record + 4));
        Assert.Equal(Nowhere + 8, fixture.Load(record + 8));
        Assert.Equal(place, fixture.Load(record + 12));
        Assert.Equal(1111u, fixture.Load(record + 20 + (11 * 4)));
    }

    [Fact]
    public void Return_Resume_LoadsWhatTheHandlerLeft()
    {
        using ProcessFixture fixture = new();
        uint record = Fault(fixture);
        fixture.Store(record + 20 + (3 * 4), 333);
        fixture.Store(record + 12, 0x1_0044);
        fixture.CallAndSwitch(SystemCall.FaultReturn, (uint)FaultAction.Resume);

        Assert.Equal(333u, fixture.Thread.Context.Registers[3]);
        Assert.Equal(0x1_0044u, fixture.Thread.Context.ProgramCounter);
        Assert.Equal(default, fixture.Thread.FaultRecord);
    }

    [Fact]
    public void Return_End_EndsByTheFault()
    {
        using ProcessFixture fixture = new();
        _ = Fault(fixture);
        fixture.CallAndSwitch(SystemCall.FaultReturn, (uint)FaultAction.End);
        ExpectEnd(fixture, ProcessEndReason.NotMapped, Nowhere);
    }

    [Fact]
    public void Return_RecordIsGone_EndsByTheFault()
    {
        using ProcessFixture fixture = new();
        _ = Fault(fixture);
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.Unmap, Stack - 0x1000, 0x1000).Error);
        fixture.CallAndSwitch(SystemCall.FaultReturn, (uint)FaultAction.Resume);
        ExpectEnd(fixture, ProcessEndReason.NotMapped, Nowhere);
    }

    [Fact]
    public void Fault_InTheHandler_EndsByTheSecond()
    {
        using ProcessFixture fixture = new();
        _ = Fault(fixture);
        fixture.Touch(FaultAccess.Read, Nowhere + 0x1000);
        ExpectEnd(fixture, ProcessEndReason.NotMapped, Nowhere + 0x1000);
    }

    [Theory]
    [InlineData(ProcessFixture.Text + 0x800)]
    [InlineData(0u)]
    [InlineData(0x8000_0100u)]
    [InlineData(Nowhere)]
    public void Fault_StackThatCannotBeWritten_EndsByTheFault(uint stack)
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.SetFaultHandler, Handler, stack);
        fixture.Touch(FaultAccess.Write, Nowhere);
        ExpectEnd(fixture, ProcessEndReason.NotMapped, Nowhere);
    }

    [Fact]
    public void Fault_KernelAddress_IsForbidden()
    {
        using ProcessFixture fixture = new();
        fixture.Touch(FaultAccess.Execute, 0x8000_8000);
        ExpectEnd(fixture, ProcessEndReason.Forbidden, 0x8000_8000);
    }

    [Fact]
    public void Return_AnyStatus_StaysInUserModeWithInterruptsOn()
    {
        Gen.UInt.Sample(status =>
        {
            uint own = ThreadStatus.Of(status);
            return (own & 0x1F) == 0x10 && (own & 0x1C0) == 0 && (own & (1u << 9)) == 0 && (own & (1u << 24)) == 0;
        });
    }

    private static uint Fault(ProcessFixture fixture)
    {
        _ = fixture.Call(SystemCall.SetFaultHandler, Handler, Stack);
        fixture.Touch(FaultAccess.Write, Nowhere);
        return fixture.Thread.Context.Registers[0];
    }

    private static void ExpectEnd(ProcessFixture fixture, ProcessEndReason reason, uint address)
    {
        Assert.Equal(default, fixture.Current);
        ProcessEnd end = fixture.ProcessAt(fixture.First).End;
        Assert.Equal(reason, end.Reason);
        Assert.Equal(address, end.Address);
    }
}
