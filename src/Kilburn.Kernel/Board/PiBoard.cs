using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Kilburn.Armv7;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Cores;
using Kilburn.Kernel.Faults;
using Kilburn.Kernel.Stress;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Board;

/// <summary>The Raspberry Pi 2. Holds nothing: there is one board, and its state is static.</summary>
internal partial struct PiBoard : IBoard
{
    private const uint MicrosecondsOfSecond = 1_000_000;

    private static BoardMemory s_physical; // written once at start-up
    private static VirtualMemory s_memory; // its parts lock themselves
    private static uint s_startInstructionCount; // written once at start-up
    private static EntryMode s_entryMode; // written once at start-up

    /// <summary>What lies where in physical memory.</summary>
    internal static ref BoardMemory Physical => ref s_physical;

    /// <summary>The mode that firmware left core 0 in.</summary>
    internal static EntryMode EntryMode
    {
        get => s_entryMode;
        set => s_entryMode = value;
    }

    /// <inheritdoc/>
    public readonly ref VirtualMemory Memory => ref s_memory;

    /// <inheritdoc/>
    public readonly uint InstructionCount
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)] // a call more would be taken off each sample with the rest
        get => Cp15.ReadCycleCounter();
    }

    /// <inheritdoc/>
    public readonly uint StartInstructionCount => s_startInstructionCount;

    /// <summary>Keeps what start-up took.</summary>
    internal static void RecordStart() => s_startInstructionCount = Cp15.ReadCycleCounter();

    /// <inheritdoc/>
    public readonly void WriteByte(byte value) => ConsoleLines.Write(value);

    /// <inheritdoc/>
    public readonly void Flush() => ConsoleLines.Flush();

    /// <inheritdoc/>
    public readonly bool TryReadByte(out byte value)
    {
        ConsoleLines.Flush();
        value = TypeAhead.Read();
        return true;
    }

    /// <inheritdoc/>
    public readonly bool TakeInterrupt() => TypeAhead.TakeInterrupt();

    /// <inheritdoc/>
    public readonly FaultReport Probe(FaultAccess access, VirtualAddress address, ref uint value)
    {
        ArmV7Machine machine = default;
        uint domains = machine.ReadRegister(SystemRegister.DomainAccessControl);
        machine.WriteRegister(SystemRegister.DomainAccessControl, DomainAccess.KernelAndUser);
        machine.SynchronizeContext();
        FaultReport fault = access switch
        {
            FaultAccess.Read => Faults.Probe.Read(address, ref value),
            FaultAccess.Write => Faults.Probe.Write(address, value),
            _ => Faults.Probe.Execute(address),
        };
        machine.WriteRegister(SystemRegister.DomainAccessControl, domains);
        machine.SynchronizeContext();
        return fault;
    }

    /// <inheritdoc/>
    public readonly uint Ticks => (uint)VirtualTimer.Now();

    /// <inheritdoc/>
    public readonly uint TicksPerSecond => (uint)VirtualTimer.TicksOf(MicrosecondsOfSecond);

    /// <inheritdoc/>
    public readonly bool TryDrawRandom(out uint word) => RandomDevice.TryDraw(out word);

    /// <inheritdoc/>
    public readonly CoreState StateOf(uint core)
    {
        ArmV7Machine machine = default;
        return core == 0 ? CoreState.Monitor
            : s_processes.Cores[(int)core].Running.Value != 0 ? CoreState.Thread
            : SecondaryCores.StateOf(ref machine, core);
    }

    /// <inheritdoc/>
    public readonly void StartStress(uint core, ref StressPlan plan)
    {
        ArmV7Machine machine = default;
        SecondaryCores.StartStress(ref machine, core, ref plan);
    }

    /// <inheritdoc/>
    public readonly uint LockRetriesOf(uint core) => ArmV7Machine.ReadLockRetries(core);

    /// <inheritdoc/>
    public void DescribeMachine()
    {
        this.Write("machine: Raspberry Pi 2, MIDR "u8);
        this.WriteHex(Cp15.ReadMainId());
        this.EndLine();
        this.WriteLine(s_entryMode == EntryMode.Hypervisor
            ? "machine: entered in HYP mode"u8
            : "machine: entered in SVC mode"u8);
        for (int index = 0; index < s_physical.Map.BankCount; index++)
        {
            DescribeRange("machine: memory "u8, s_physical.Map.GetBank(index));
        }

        for (int index = 0; index < s_physical.Map.ReservedCount; index++)
        {
            DescribeRange("machine: reserved "u8, s_physical.Map.GetReserved(index));
        }

        DescribeRange("machine: GPU memory "u8, s_physical.Gpu);
        DescribeRange("machine: device tree "u8, s_physical.Tree);
        DescribeRange("machine: peripherals "u8, Peripherals.Shared);
        DescribeRange("machine: core peripherals "u8, Peripherals.Local);
        this.Write("machine: told by "u8);
        this.WriteLine(s_physical.Source == MemorySource.DeviceTree ? "the device tree"u8 : "the VideoCore"u8);
    }

    /// <inheritdoc/>
    [DoesNotReturn]
    public readonly void PowerOff(uint status) => Power.Off(status);

    /// <inheritdoc/>
    [DoesNotReturn]
    public readonly void Reboot() => Power.Reboot();

    private void DescribeRange(System.ReadOnlySpan<byte> name, PhysicalRange range)
    {
        if (range.IsEmpty)
        {
            return;
        }

        this.Write(name);
        this.WriteHex(range.Start.Value);
        this.Write(", "u8);
        this.WriteSize(range.LengthInBytes, 0);
        this.EndLine();
    }
}
