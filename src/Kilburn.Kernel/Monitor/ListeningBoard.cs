using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Cores;
using Kilburn.Kernel.Stress;

namespace Kilburn.Kernel.Monitor;

/// <summary>A board whose console can be listened to: nobody sees it then, and it counts how often a text was written.</summary>
/// <remarks>So that self-tests ask what a command prints. A copy counts on its own: ask the one that was written to.</remarks>
/// <param name="inner">The board that does all else.</param>
public partial struct ListeningBoard<TBoard>(TBoard inner) : IBoard
    where TBoard : struct, IBoard
{
    private const int Capacity = 64;

    private TBoard _inner = inner;
    private Text _expected;
    private int _expectedLength; // 0 while nobody listens
    private int _matched;
    private uint _count;

    /// <inheritdoc/>
    public ref VirtualMemory Memory => ref _inner.Memory;

    /// <inheritdoc/>
    public uint InstructionCount => _inner.InstructionCount;

    /// <inheritdoc/>
    public uint StartInstructionCount => _inner.StartInstructionCount;

    /// <inheritdoc/>
    public uint Ticks => _inner.Ticks;

    /// <inheritdoc/>
    public uint TicksPerSecond => _inner.TicksPerSecond;

    /// <summary>The board that does all else.</summary>
    [UnscopedRef]
    public ref TBoard Inner => ref _inner;

    /// <summary>Shows nothing from now on, and counts a text.</summary>
    /// <param name="text">1 to 64 characters; not one that begins again within itself.</param>
    public void Listen(ReadOnlySpan<byte> text)
    {
        for (int index = 0; index < text.Length; index++)
        {
            _expected[index] = text[index];
        }

        _expectedLength = text.Length;
        _matched = 0;
        _count = 0;
    }

    /// <summary>Shows again what is written.</summary>
    /// <returns>How often the text was written since <see cref="Listen"/>.</returns>
    public uint StopListening()
    {
        _expectedLength = 0;
        return _count;
    }

    /// <inheritdoc/>
    public void WriteByte(byte value)
    {
        if (_expectedLength == 0)
        {
            _inner.WriteByte(value);
            return;
        }

        if (value != _expected[_matched])
        {
            _matched = 0;
        }

        if (value == _expected[_matched])
        {
            _matched++;
        }

        if (_matched == _expectedLength)
        {
            _matched = 0;
            _count++;
        }
    }

    /// <inheritdoc/>
    public void Flush() => _inner.Flush();

    /// <inheritdoc/>
    public bool TryReadByte(out byte value) => _inner.TryReadByte(out value);

    /// <inheritdoc/>
    public bool TakeInterrupt() => _inner.TakeInterrupt();

    /// <inheritdoc/>
    public FaultReport Probe(FaultAccess access, VirtualAddress address, ref uint value) =>
        _inner.Probe(access, address, ref value);

    /// <inheritdoc/>
    public bool TryDrawRandom(out uint word) => _inner.TryDrawRandom(out word);

    /// <inheritdoc/>
    public CoreState StateOf(uint core) => _inner.StateOf(core);

    /// <inheritdoc/>
    public void StartStress(uint core, ref StressPlan plan) => _inner.StartStress(core, ref plan);

    /// <inheritdoc/>
    public uint LockRetriesOf(uint core) => _inner.LockRetriesOf(core);

    /// <inheritdoc/>
    public void DescribeMachine() => _inner.DescribeMachine();

    /// <inheritdoc/>
    [DoesNotReturn]
    public void PowerOff(uint status) => _inner.PowerOff(status);

    /// <inheritdoc/>
    [DoesNotReturn]
    public void Reboot() => _inner.Reboot();

    [InlineArray(Capacity)]
    private struct Text
    {
        private byte _first;
    }
}
