using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Kernel;

/// <summary>The part of the kernel half that the heap and the MMIO window share: the one place that knows both borders.</summary>
/// <remarks>
/// <code>
/// 0xC0000000  directory of the heap
/// 0xC3000000  first page of the heap        grows up
/// HeapEnd     ---------------------------
///             nobody's
/// MmioStart   ---------------------------
///             MMIO mappings                 grow down
/// 0xFFF00000  end of the window; vectors above
/// </code>
/// Invariant K2: HeapEnd is never above MmioStart. A value of all zeroes is an empty window.
/// Locking: <see cref="LockRank.Mmio"/> guards both borders and the mappings of <see cref="MmioWindow"/>.
/// </remarks>
public struct KernelWindow
{
    private const uint StartValue = 0xC000_0000;
    private const uint EndValue = 0xFFF0_0000;

    private SpinLock _lock;
    private uint _heapLengthInBytes; // guarded by _lock; above KernelHeapLayout.FirstPage
    private uint _mmioLengthInBytes; // guarded by _lock; below End

    /// <summary>First byte of the window.</summary>
    public static VirtualAddress Start => new(StartValue);

    /// <summary>One past the last byte of the window.</summary>
    public static VirtualAddress End => new(EndValue);

    /// <summary>One past the last page that the heap has taken.</summary>
    public readonly VirtualAddress HeapEnd => KernelHeapLayout.FirstPage.Add(_heapLengthInBytes);

    /// <summary>First page that MMIO mappings have taken: the guard page of the lowest.</summary>
    public readonly VirtualAddress MmioStart => new(EndValue - _mmioLengthInBytes);

    /// <summary>Bytes between the borders.</summary>
    public readonly uint GapInBytes => MmioStart.Value - HeapEnd.Value;

    /// <summary>Gives the heap more of the window.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="lengthInBytes">Multiple of 4 KiB.</param>
    /// <returns><see cref="VmStatus.Ok"/>, or <see cref="VmStatus.WindowFull"/> with nothing changed.</returns>
    internal VmStatus TryRaiseHeapEnd<TMachine>(ref TMachine machine, uint lengthInBytes)
        where TMachine : struct, IMachine
    {
        Acquire(ref machine);
        VmStatus status = VmStatus.WindowFull;
        if (lengthInBytes <= GapInBytes)
        {
            _heapLengthInBytes += lengthInBytes;
            status = VmStatus.Ok;
        }

        Release(ref machine);
        return status;
    }

    /// <summary>Takes the top of the heap's part back.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="lengthInBytes">Multiple of 4 KiB; no more than the heap has.</param>
    internal void LowerHeapEnd<TMachine>(ref TMachine machine, uint lengthInBytes)
        where TMachine : struct, IMachine
    {
        Acquire(ref machine);
        _heapLengthInBytes -= lengthInBytes;
        Release(ref machine);
    }

    /// <summary>Moves the lower border of the MMIO mappings. The caller holds the lock and has compared with HeapEnd.</summary>
    /// <param name="start">Multiple of 4 KiB; not below <see cref="HeapEnd"/>, not above <see cref="End"/>.</param>
    internal void SetMmioStartLocked(VirtualAddress start) => _mmioLengthInBytes = EndValue - start.Value;

    /// <summary>Takes the lock of the borders.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    internal void Acquire<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine => _lock.Acquire(ref machine, LockRank.Mmio);

    /// <summary>Gives the lock of the borders back.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    internal void Release<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine => _lock.Release(ref machine, LockRank.Mmio);
}
