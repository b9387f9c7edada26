using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;
using Kilburn.Model.Boot;
using Kilburn.Model.Memory;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;
using Xunit;

namespace Kilburn.Model.Tests.Boot;

public sealed class BootCodeTests
{
    private static (Machine Machine, BootedKernel Kernel) Boot(uint memoryInBytes = 8u << 20)
    {
        Machine machine = Machine.Create<CortexA7>(memoryInBytes);
        return (machine, BootCode.Run<CortexA7>(machine));
    }

    [Fact]
    public void Run_LinearMapOfTheFirstMib_ShowsWhatWasWrittenByPhysicalAddress()
    {
        (Machine machine, _) = Boot();
        ModelMachine core = machine.GetCore<CortexA7>(0);
        core.Data<uint>(new PhysicalAddress(0x70000)) = 0x1234_5678;
        AccessResult read = machine.Cores[0].Read(new VirtualAddress(0x8007_0000));
        Assert.Equal(0x1234_5678u, read.Value);
        Assert.Equal(0x70000u, read.Physical.Value);
        Assert.Equal(0x1234_5678u, core.Data<uint>(new VirtualAddress(0x8007_0000)));
        Assert.Equal(0x1234_5678u, machine.Cores[0].Read(new VirtualAddress(0x70000)).Value);
    }

    [Fact]
    public void Data_BeyondTheLinearMap_Faults()
    {
        (Machine machine, _) = Boot();
        ModelMachine core = machine.GetCore<CortexA7>(0);
        MachineFaultException fault =
            Assert.Throws<MachineFaultException>(() => core.Data<uint>(new PhysicalAddress(0x10_0000)));
        Assert.Equal(FaultCode.TranslationFirstLevel, fault.Fault.Fault);
        Assert.Equal(0x8010_0000u, fault.Fault.FaultAddress.Value);
        Assert.Equal(0x805u, machine.Cores[0].DataFaultStatus);
    }

    [Fact]
    public void Data_OutsideOfMemory_IsRefused()
    {
        using Machine machine = Machine.Create<CortexA7>(
            new MachineOptions { Banks = [MemoryBank.Memory(0, 0x10_0000), MemoryBank.Device(0x20_0000, 0x1000)] });
        ModelMachine core = machine.GetCore<CortexA7>(0);
        _ = Assert.Throws<MachineAccessException>(() => core.ReadWord(new PhysicalAddress(0x10_0000)));
        _ = Assert.Throws<MachineAccessException>(() => core.ReadWord(new PhysicalAddress(0x20_0000)));
        _ = Assert.Throws<MachineAccessException>(() => core.ReadWord(new PhysicalAddress(0xF000_0000)));
        _ = Assert.Throws<MachineAccessException>(() => core.ReadWord(new PhysicalAddress(2)));
    }

    [Fact]
    public void Run_Guards_AreUnmapped()
    {
        (Machine machine, BootedKernel kernel) = Boot();
        AccessResult read = machine.Cores[0].Read(LinearMap.ToVirtual(kernel.Guards[0]));
        Assert.Equal(FaultCode.TranslationSecondLevel, read.Fault);
    }

    [Fact]
    public void Write_TableWord_ChangesTheNextAccess()
    {
        (Machine machine, BootedKernel kernel) = Boot();
        ModelMachine core = machine.GetCore<CortexA7>(0);
        VirtualAddress page = new(0x8007_0000);
        Assert.False(machine.Cores[0].Read(page).IsFault);
        core.WriteWord(kernel.FirstMibTable.Add(0x70 * 4), 0);
        core.RemovePageOfAllAsids(page);
        Assert.Equal(FaultCode.TranslationSecondLevel, machine.Cores[0].Read(page).Fault);
        Assert.Equal(0x0Fu, core.Translate(page, TranslationAccess.KernelRead));
        Assert.Equal(0x71000u, core.Translate(page.Add(0x1000), TranslationAccess.KernelRead) & 0xFFFF_F000);
    }

    [Fact]
    public void NoteLock_DescendingRank_Panics()
    {
        (Machine machine, _) = Boot();
        ModelMachine core = machine.GetCore<CortexA7>(0);
        core.NoteLock(LockRank.Frames, LockChange.Taken);
        MachinePanicException inversion =
            Assert.Throws<MachinePanicException>(() => core.NoteLock(LockRank.Heap, LockChange.Taken));
        Assert.Matches(@"Heap is taken at BootCodeTests.cs:\d+ .* Frames is held since BootCodeTests.cs:\d+", inversion.Invariant);
        MachinePanicException twice =
            Assert.Throws<MachinePanicException>(() => core.NoteLock(LockRank.Frames, LockChange.Taken));
        Assert.Matches(@"Frames is taken at BootCodeTests.cs:\d+ .* Frames is held since BootCodeTests.cs:\d+", twice.Invariant);
        core.NoteLock(LockRank.Frames, LockChange.Released);
        core.NoteLock(LockRank.Heap, LockChange.Taken);
    }

    [Fact]
    public void NoteLock_InterruptsOn_Panics()
    {
        (Machine machine, _) = Boot();
        ModelMachine core = machine.GetCore<CortexA7>(0);
        core.RestoreInterrupts(0);
        MachinePanicException panic =
            Assert.Throws<MachinePanicException>(() => core.NoteLock(LockRank.Heap, LockChange.Taken));
        Assert.Matches(@"Heap is taken at BootCodeTests.cs:\d+ with interrupts on", panic.Invariant);
        uint state = core.MaskInterrupts();
        core.NoteLock(LockRank.Heap, LockChange.Taken);
        Assert.Equal(0u, state);
    }

    [Fact]
    public void Panic_Always_ThrowsWithItsWords()
    {
        (Machine machine, _) = Boot();
        ModelMachine core = machine.GetCore<CortexA7>(0);
        MachinePanicException panic = Assert.Throws<MachinePanicException>(() => core.Panic("I1: words"u8, 7));
        Assert.Equal("I1: words", panic.Invariant);
        Assert.Equal(7u, panic.Value);
    }

    [Fact]
    public void DirtySeed_SameSeed_SameRubbish()
    {
        MachineOptions options = new() { Banks = [MemoryBank.Memory(0, 0x10_0000)], DirtySeed = 5 };
        using Machine one = Machine.Create<CortexA7>(options);
        using Machine two = Machine.Create<CortexA7>(options);
        Assert.NotEqual(0u, one.Memory.Read(new PhysicalAddress(0x5000)));
        Assert.Equal(one.Memory.Read(new PhysicalAddress(0x5000)), two.Memory.Read(new PhysicalAddress(0x5000)));
    }

    [Fact]
    public void Create_ManyGibibytes_CostsNothingUntilTouched()
    {
        using Machine machine = Machine.Create<CortexA7>(1u << 30);
        ModelMachine core = machine.GetCore<CortexA7>(3);
        core.Data<uint>(new PhysicalAddress(0x3FFF_FFFC)) = 1;
        Assert.Equal(1u, core.Data<uint>(new PhysicalAddress(0x3FFF_FFFC)));
    }
}
