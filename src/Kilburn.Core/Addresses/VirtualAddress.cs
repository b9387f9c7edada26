using System.Runtime.CompilerServices;

namespace Kilburn.Core.Addresses;

/// <summary>A byte address as the processor issues it, before translation (the manual's VA and MVA).</summary>
/// <remarks>Source: ARM DDI 0406C.d, B3.5.</remarks>
/// <param name="value">Byte address.</param>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
public readonly struct VirtualAddress(uint value)
{
    private readonly uint _value = value;

    /// <summary>The byte address as an integer: for registers, descriptors and printing.</summary>
    public uint Value => _value;

    /// <summary>Index into a 4096-entry first-level table: VA[31:20]. Source: ARM DDI 0406C.d, B3.5.5.</summary>
    public uint FirstLevelIndex => _value >> PageSize.SectionShift;

    /// <summary>Index into a 256-entry second-level table: VA[19:12]. Source: ARM DDI 0406C.d, B3.5.5.</summary>
    public uint SecondLevelIndex => (_value >> PageSize.SmallShift) & 0xFF;

    /// <summary>True in the half that TTBR0 translates with TTBCR.N = 1: below 0x80000000.</summary>
    public bool IsUser => (int)_value >= 0;

    /// <summary>True when the address is a multiple of <paramref name="alignment"/>.</summary>
    /// <param name="alignment">Power of two, in bytes.</param>
    public bool IsAligned(uint alignment) => (_value & (alignment - 1)) == 0;

    /// <summary>The address <paramref name="byteOffset"/> bytes further on. Wraps modulo 2^32; callers check ranges first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VirtualAddress Add(uint byteOffset) => new(unchecked(_value + byteOffset));

    /// <summary>The next lower multiple of <paramref name="alignment"/>.</summary>
    /// <param name="alignment">Power of two, in bytes.</param>
    public VirtualAddress AlignDown(uint alignment) => new(_value & ~(alignment - 1));

    /// <summary>The next higher multiple of <paramref name="alignment"/>. Wraps modulo 2^32.</summary>
    /// <param name="alignment">Power of two, in bytes.</param>
    public VirtualAddress AlignUp(uint alignment) => new(unchecked(_value + alignment - 1) & ~(alignment - 1));

    /// <summary>Same byte.</summary>
    public static bool operator ==(VirtualAddress left, VirtualAddress right) => left._value == right._value;

    /// <summary>Another byte.</summary>
    public static bool operator !=(VirtualAddress left, VirtualAddress right) => left._value != right._value;

    /// <summary>Lower byte.</summary>
    public static bool operator <(VirtualAddress left, VirtualAddress right) => left._value < right._value;

    /// <summary>Higher byte.</summary>
    public static bool operator >(VirtualAddress left, VirtualAddress right) => left._value > right._value;

    /// <summary>Lower or same byte.</summary>
    public static bool operator <=(VirtualAddress left, VirtualAddress right) => left._value <= right._value;

    /// <summary>Higher or same byte.</summary>
    public static bool operator >=(VirtualAddress left, VirtualAddress right) => left._value >= right._value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is VirtualAddress other && other._value == _value;

    /// <inheritdoc/>
    public override int GetHashCode() => (int)_value;
}
