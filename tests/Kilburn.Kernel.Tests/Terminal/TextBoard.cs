using System;
using System.Diagnostics.CodeAnalysis;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Cores;
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

    public CoreState StateOf(uint core) => CoreState.Off;

    public void Start(uint core, CoreWork work, ref StressPlan plan) => throw new NotSupportedException();

    public void WriteByte(byte value) => _console.Write(value);

    public bool TryReadByte(out byte value)
    {
        int read = _console.Read();
        value = (byte)Math.Max(read, 0);
        return read >= 0;
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
