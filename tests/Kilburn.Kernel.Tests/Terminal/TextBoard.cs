using System;
using System.Diagnostics.CodeAnalysis;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Cores;
using Kilburn.Kernel.Processes;
using Kilburn.Kernel.Stress;

namespace Kilburn.Kernel.Tests.Terminal;

/// <summary>A board that is a console and nothing else.</summary>
internal readonly struct TextBoard(RecordingConsole console) : IBoard
{
    private readonly RecordingConsole _console = console;

    public ref VirtualMemory Memory => throw new NotSupportedException();

    public uint InstructionCount => 0;

    public uint StartInstructionCount => 0;

    public uint Ticks => 0;

    public uint TicksPerSecond => 1;

    public bool TryDrawRandom(out uint word) => throw new NotSupportedException();

    public CoreState StateOf(uint core) => CoreState.Off;

    public uint LockRetriesOf(uint core) => throw new NotSupportedException();

    public void StartStress(uint core, ref StressPlan plan) => throw new NotSupportedException();

    public void WriteByte(byte value) => _console.Write(value);

    public void Flush()
    {
    }

    public bool TryReadByte(out byte value)
    {
        int read = _console.Read();
        value = (byte)Math.Max(read, 0);
        return read >= 0;
    }

    public bool TakeInterrupt() => false;

    public ref ProcessSystem Processes => throw new NotSupportedException();

    public ReadOnlySpan<byte> Archive => default;

    public bool RunsPrograms => false;

    public VfpSwitch Vfp => VfpSwitch.Off;

    public ulong Now => 0;

    public void EnterUser(VirtualAddress thread) => throw new NotSupportedException();

    public void SetCounting(UserCounting counting) => throw new NotSupportedException();

    public uint CopyFromUser(ref byte destination, VirtualAddress source, uint lengthInBytes, out FaultReport fault) =>
        throw new NotSupportedException();

    public uint CopyToUser(
        VirtualAddress destination, ref readonly byte source, uint lengthInBytes, out FaultReport fault) =>
        throw new NotSupportedException();

    public uint ClearUser(VirtualAddress destination, uint lengthInBytes, out FaultReport fault) =>
        throw new NotSupportedException();

    public void SaveThread(ref ThreadBlock thread) => throw new NotSupportedException();

    public void LoadThread(ref ThreadBlock thread, VfpSwitch vfp) => throw new NotSupportedException();

    public void SaveVfp(ref ThreadBlock thread) => throw new NotSupportedException();

    public void LoadVfp(ref ThreadBlock thread) => throw new NotSupportedException();

    public ulong TicksOf(uint microseconds) => microseconds;

    public void StartSlice()
    {
    }

    public void StopSlice()
    {
    }

    public uint HelperCores => 0;

    public bool IsSliceOver => true;

    public void WakeCore(uint core)
    {
    }

    public void TakeWake()
    {
    }

    public void Rest(ulong deadline)
    {
    }

    public FaultReport Probe(FaultAccess access, VirtualAddress address, ref uint value) => default;

    public void DescribeMachine()
    {
    }

    [DoesNotReturn]
    public void PowerOff(uint status) => throw new NotSupportedException();

    [DoesNotReturn]
    public void Reboot() => throw new NotSupportedException();
}
