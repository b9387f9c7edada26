namespace Kilburn.Core.Addresses;

/// <summary>A half-open run of physical bytes.</summary>
/// <remarks>A range never wraps: constructors take what <see cref="TryCreate"/> or a linker has checked.</remarks>
/// <param name="start">First byte.</param>
/// <param name="lengthInBytes">Zero for an empty range.</param>
public readonly struct PhysicalRange(PhysicalAddress start, uint lengthInBytes)
{
    private readonly PhysicalAddress _start = start;
    private readonly uint _lengthInBytes = lengthInBytes;

    /// <summary>First byte.</summary>
    public PhysicalAddress Start => _start;

    /// <summary>Bytes in the range.</summary>
    public uint LengthInBytes => _lengthInBytes;

    /// <summary>One past the last byte. Zero when the range ends at 4 GiB.</summary>
    public PhysicalAddress End => _start.Add(_lengthInBytes);

    /// <summary>True when no byte is in the range.</summary>
    public bool IsEmpty => _lengthInBytes == 0;

    /// <summary>Makes a range of any start and length that does not wrap.</summary>
    /// <param name="start">First byte.</param>
    /// <param name="lengthInBytes">Bytes, at least 1.</param>
    /// <param name="range">The range; empty on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>, or <see cref="VmStatus.OutOfRange"/> when it is empty or wraps past 2^32.</returns>
    public static VmStatus TryCreate(PhysicalAddress start, uint lengthInBytes, out PhysicalRange range)
    {
        if (lengthInBytes == 0 || lengthInBytes - 1 > uint.MaxValue - start.Value)
        {
            range = default;
            return VmStatus.OutOfRange;
        }

        range = new PhysicalRange(start, lengthInBytes);
        return VmStatus.Ok;
    }

    /// <summary>The range from <paramref name="start"/> up to <paramref name="end"/>, which is not below it.</summary>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    public static PhysicalRange Between(PhysicalAddress start, PhysicalAddress end) => new(start, unchecked(end.Value - start.Value));

    /// <summary>True when the byte lies in the range.</summary>
    /// <param name="address">Any byte.</param>
    public bool Contains(PhysicalAddress address) => unchecked(address.Value - _start.Value) < _lengthInBytes;

    /// <summary>True when a byte lies in both ranges.</summary>
    /// <param name="other">Any range.</param>
    public bool Overlaps(PhysicalRange other) =>
        !IsEmpty && !other.IsEmpty && (Contains(other._start) || other.Contains(_start));
}
