namespace Kilburn.Core.Addresses;

/// <summary>A half-open run of virtual bytes that does not wrap.</summary>
/// <param name="start">First byte.</param>
/// <param name="lengthInBytes">Zero for an empty range.</param>
public readonly struct VirtualRange(VirtualAddress start, uint lengthInBytes)
{
    private readonly VirtualAddress _start = start;
    private readonly uint _lengthInBytes = lengthInBytes;

    /// <summary>First byte.</summary>
    public VirtualAddress Start => _start;

    /// <summary>Bytes in the range.</summary>
    public uint LengthInBytes => _lengthInBytes;

    /// <summary>One past the last byte. Zero when the range ends at 4 GiB.</summary>
    public VirtualAddress End => _start.Add(_lengthInBytes);

    /// <summary>The range from <paramref name="start"/> up to <paramref name="end"/>, which is not below it.</summary>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    public static VirtualRange Between(VirtualAddress start, VirtualAddress end) => new(start, unchecked(end.Value - start.Value));

    /// <summary>True when the byte lies in the range.</summary>
    /// <param name="address">Any byte.</param>
    public bool Contains(VirtualAddress address) => unchecked(address.Value - _start.Value) < _lengthInBytes;
}
