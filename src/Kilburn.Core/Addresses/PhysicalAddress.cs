using System.Runtime.CompilerServices;

namespace Kilburn.Core.Addresses;

/// <summary>A byte address in physical memory: 32 bits, as short descriptors have it without supersection extension.</summary>
/// <remarks>
/// No conversion leads to or from <see cref="VirtualAddress"/> and none to a pointer: the ways across are a table walk,
/// the linear map (<see cref="LinearMap"/>) and <see cref="IMachine"/>. Source: ARM DDI 0406C.d, B3.5.1.
/// </remarks>
/// <param name="value">Byte address.</param>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
public readonly struct PhysicalAddress(uint value)
{
    private readonly uint _value = value;

    /// <summary>The byte address as an integer: for registers, descriptors and printing.</summary>
    public uint Value => _value;

    /// <summary>Number of the 4 KiB frame that holds the address.</summary>
    public uint FrameNumber => _value >> PageSize.SmallShift;

    /// <summary>First byte of a frame.</summary>
    /// <param name="frameNumber">At most 0xFFFFF.</param>
    public static PhysicalAddress FromFrameNumber(uint frameNumber) => new(frameNumber << PageSize.SmallShift);

    /// <summary>True when the address is a multiple of <paramref name="alignment"/>.</summary>
    /// <param name="alignment">Power of two, in bytes.</param>
    public bool IsAligned(uint alignment) => (_value & (alignment - 1)) == 0;

    /// <summary>The address <paramref name="byteOffset"/> bytes further on. Wraps modulo 2^32; callers check ranges first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PhysicalAddress Add(uint byteOffset) => new(unchecked(_value + byteOffset));

    /// <summary>The next lower multiple of <paramref name="alignment"/>.</summary>
    /// <param name="alignment">Power of two, in bytes.</param>
    public PhysicalAddress AlignDown(uint alignment) => new(_value & ~(alignment - 1));

    /// <summary>The next higher multiple of <paramref name="alignment"/>. Wraps modulo 2^32.</summary>
    /// <param name="alignment">Power of two, in bytes.</param>
    public PhysicalAddress AlignUp(uint alignment) => new(unchecked(_value + alignment - 1) & ~(alignment - 1));

    /// <summary>Same byte.</summary>
    public static bool operator ==(PhysicalAddress left, PhysicalAddress right) => left._value == right._value;

    /// <summary>Another byte.</summary>
    public static bool operator !=(PhysicalAddress left, PhysicalAddress right) => left._value != right._value;

    /// <summary>Lower byte.</summary>
    public static bool operator <(PhysicalAddress left, PhysicalAddress right) => left._value < right._value;

    /// <summary>Higher byte.</summary>
    public static bool operator >(PhysicalAddress left, PhysicalAddress right) => left._value > right._value;

    /// <summary>Lower or same byte.</summary>
    public static bool operator <=(PhysicalAddress left, PhysicalAddress right) => left._value <= right._value;

    /// <summary>Higher or same byte.</summary>
    public static bool operator >=(PhysicalAddress left, PhysicalAddress right) => left._value >= right._value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PhysicalAddress other && other._value == _value;

    /// <inheritdoc/>
    public override int GetHashCode() => (int)_value;
}
