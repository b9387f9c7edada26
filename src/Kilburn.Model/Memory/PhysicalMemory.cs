using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kilburn.Core.Addresses;

namespace Kilburn.Model.Memory;

/// <summary>The bytes behind physical addresses: banks of memory and devices, with holes between them.</summary>
/// <remarks>
/// One native block spans all banks; the host commits a page of it when it is first touched, so that a gigabyte that nobody uses
/// costs nothing. References into it stay valid for the life of the object. Not bounds-checked below a frame: a reference to the
/// last bytes of a bank can be moved past its end by its holder.
/// </remarks>
public sealed unsafe class PhysicalMemory : IDisposable
{
    /// <summary>log2 of a granule: the smallest table, 1 KiB.</summary>
    internal const int GranuleShift = 10;

    private const int FrameShift = PageSize.SmallShift;
    private readonly BankKind[] _frames;
    private readonly GranuleMarks[] _granules;
    private readonly MemoryBank[] _banks;
    private byte* _bytes;

    /// <summary>Lays out banks.</summary>
    /// <param name="banks">At least one; they do not overlap.</param>
    /// <param name="dirtySeed">Null for memory of zeroes; else the seed of the rubbish that memory holds at first.</param>
    /// <exception cref="ArgumentException">There is no bank, or two overlap.</exception>
    public PhysicalMemory(IReadOnlyList<MemoryBank> banks, ulong? dirtySeed = null)
    {
        ArgumentNullException.ThrowIfNull(banks);
        ulong end = 0;
        _banks = [.. banks];
        foreach (MemoryBank bank in _banks)
        {
            end = Math.Max(end, (ulong)bank.Range.Start.Value + bank.Range.LengthInBytes);
        }

        LengthInBytes = end & ~(ulong)PageSize.SmallMask;
        if (LengthInBytes == 0)
        {
            throw new ArgumentException("A machine needs a bank of at least one 4 KiB frame.", nameof(banks));
        }

        _frames = new BankKind[LengthInBytes >> FrameShift];
        _granules = new GranuleMarks[LengthInBytes >> GranuleShift];
        foreach (MemoryBank bank in _banks)
        {
            AddFrames(bank);
        }

        _bytes = (byte*)NativeMemory.AllocZeroed((nuint)LengthInBytes);
        GC.AddMemoryPressure(PressureInBytes);
        if (dirtySeed is ulong seed)
        {
            FillWithRubbish(seed);
        }
    }

    /// <summary>Gives the memory back to the host.</summary>
    ~PhysicalMemory() => Release();

    /// <summary>One past the last byte of the highest bank.</summary>
    public ulong LengthInBytes { get; }

    /// <summary>The banks, as they were given.</summary>
    public IReadOnlyList<MemoryBank> Banks => _banks;

    /// <summary>Marks of the granules, one for each KiB.</summary>
    internal GranuleMarks[] Granules => _granules;

    // A finalizer should run before untouched, but soon unreachable, machines pile up.
    private const long PressureInBytes = 64 * 1024;

    /// <summary>What answers at an address.</summary>
    /// <param name="address">Any address.</param>
    public BankKind KindOf(PhysicalAddress address)
    {
        uint frame = address.Value >> FrameShift;
        return frame < (uint)_frames.Length ? _frames[frame] : BankKind.Hole;
    }

    /// <summary>True when every byte of a range is memory.</summary>
    /// <param name="start">First byte.</param>
    /// <param name="lengthInBytes">At least 1.</param>
    public bool IsMemory(PhysicalAddress start, uint lengthInBytes)
    {
        ulong last = (ulong)start.Value + lengthInBytes - 1;
        for (ulong frame = start.Value >> FrameShift; frame <= last >> FrameShift; frame++)
        {
            if (frame >= (ulong)_frames.Length || _frames[frame] != BankKind.Memory)
            {
                return false;
            }
        }

        return lengthInBytes != 0;
    }

    /// <summary>Reads a word, as the bus sees it.</summary>
    /// <param name="address">Word aligned, in a bank.</param>
    public uint Read(PhysicalAddress address) => Reference<uint>(address);

    /// <summary>Writes a word behind the back of every core: for loaders and tests.</summary>
    /// <param name="address">Word aligned, in a bank.</param>
    /// <param name="value">The word.</param>
    public void Write(PhysicalAddress address, uint value) => Reference<uint>(address) = value;

    /// <summary>The bytes of a range.</summary>
    /// <param name="start">In a bank.</param>
    /// <param name="lengthInBytes">The range ends in the same bank.</param>
    public Span<byte> Bytes(PhysicalAddress start, int lengthInBytes)
    {
        CheckAnswers(start);
        CheckAnswers(start.Add((uint)Math.Max(lengthInBytes, 1) - 1));
        return new Span<byte>(_bytes + start.Value, lengthInBytes);
    }

    /// <summary>A value in a bank. Stays valid for the life of this object.</summary>
    /// <param name="address">In a bank.</param>
    /// <exception cref="MachineAccessException">Nothing answers at the address.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Reference<T>(PhysicalAddress address)
        where T : unmanaged
    {
        CheckAnswers(address);
        return ref Unsafe.AsRef<T>(_bytes + address.Value);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>A word at an address that is known to answer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref uint Word(uint address) => ref Unsafe.AsRef<uint>(_bytes + address);

    private void AddFrames(MemoryBank bank)
    {
        ulong first = ((ulong)bank.Range.Start.Value + PageSize.SmallMask) >> FrameShift;
        ulong end = ((ulong)bank.Range.Start.Value + bank.Range.LengthInBytes) >> FrameShift;
        for (ulong frame = first; frame < end; frame++)
        {
            if (_frames[frame] != BankKind.Hole)
            {
                throw new ArgumentException($"Two banks hold the frame at 0x{frame << FrameShift:X8}.");
            }

            _frames[frame] = bank.Kind;
        }
    }

    private void FillWithRubbish(ulong seed)
    {
        const ulong Golden = 0x9E37_79B9_7F4A_7C15;
        for (int frame = 0; frame < _frames.Length; frame++)
        {
            if (_frames[frame] != BankKind.Memory)
            {
                continue;
            }

            ulong state = (seed + (ulong)frame) * Golden | 1;
            ulong* words = (ulong*)(_bytes + ((ulong)frame << FrameShift));
            for (int index = 0; index < (int)(PageSize.Small / sizeof(ulong)); index++)
            {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                words[index] = state;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CheckAnswers(PhysicalAddress address)
    {
        uint frame = address.Value >> FrameShift;
        if (frame >= (uint)_frames.Length || _frames[frame] == BankKind.Hole)
        {
            throw new MachineAccessException($"Nothing answers at physical address 0x{address.Value:X8}.");
        }
    }

    private void Release()
    {
        if (_bytes != null)
        {
            NativeMemory.Free(_bytes);
            _bytes = null;
            GC.RemoveMemoryPressure(PressureInBytes);
        }
    }
}
