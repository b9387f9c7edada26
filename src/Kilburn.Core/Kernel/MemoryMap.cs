using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;

namespace Kilburn.Core.Kernel;

/// <summary>Banks of memory, and the parts of them that are spoken for.</summary>
/// <remarks>Filled in by the board before start-up; written by nobody afterwards. Banks may come in any order, but never overlap.</remarks>
public struct MemoryMap
{
    /// <summary>Most banks that a map holds.</summary>
    public const int BankCapacity = 8;

    /// <summary>Most reserved ranges that a map holds.</summary>
    public const int ReservedCapacity = 16;

    private Banks _banks;
    private Reservations _reserved;
    private int _bankCount;
    private int _reservedCount;

    /// <summary>Number of banks.</summary>
    public readonly int BankCount => _bankCount;

    /// <summary>Number of reserved ranges.</summary>
    public readonly int ReservedCount => _reservedCount;

    /// <summary>A bank.</summary>
    /// <param name="index">Below <see cref="BankCount"/>.</param>
    public readonly PhysicalRange GetBank(int index) => _banks[index];

    /// <summary>A reserved range.</summary>
    /// <param name="index">Below <see cref="ReservedCount"/>.</param>
    public readonly PhysicalRange GetReserved(int index) => _reserved[index];

    /// <summary>Adds a bank of memory.</summary>
    /// <param name="bank">Any length; whole 4 KiB frames within it are used.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; <see cref="VmStatus.OutOfRange"/> when it is empty or the map is full;
    /// <see cref="VmStatus.MemoryConflict"/> when it overlaps another bank.
    /// </returns>
    public VmStatus TryAddBank(PhysicalRange bank)
    {
        if (bank.IsEmpty || _bankCount == BankCapacity)
        {
            return VmStatus.OutOfRange;
        }

        for (int index = 0; index < _bankCount; index++)
        {
            if (_banks[index].Overlaps(bank))
            {
                return VmStatus.MemoryConflict;
            }
        }

        _banks[_bankCount++] = bank;
        return VmStatus.Ok;
    }

    /// <summary>Keeps a range out of the frame allocator. Ranges may overlap each other and reach out of the banks.</summary>
    /// <param name="range">Every frame that it touches is kept out.</param>
    /// <returns><see cref="VmStatus.Ok"/>; <see cref="VmStatus.OutOfRange"/> when it is empty or the map is full.</returns>
    public VmStatus TryReserve(PhysicalRange range)
    {
        if (range.IsEmpty || _reservedCount == ReservedCapacity)
        {
            return VmStatus.OutOfRange;
        }

        _reserved[_reservedCount++] = range;
        return VmStatus.Ok;
    }

    /// <summary>True when a byte of the range is memory.</summary>
    /// <param name="range">Any range.</param>
    public readonly bool TouchesMemory(PhysicalRange range)
    {
        for (int index = 0; index < _bankCount; index++)
        {
            if (_banks[index].Overlaps(range))
            {
                return true;
            }
        }

        return false;
    }

    [InlineArray(BankCapacity)]
    private struct Banks
    {
        private PhysicalRange _first;
    }

    [InlineArray(ReservedCapacity)]
    private struct Reservations
    {
        private PhysicalRange _first;
    }
}
