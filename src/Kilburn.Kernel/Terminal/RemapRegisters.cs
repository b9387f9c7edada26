using System;
using Kilburn.Core;
using Kilburn.Core.Descriptors;

namespace Kilburn.Kernel.Terminal;

/// <summary>The registers that give TEX[0], C and B their meaning: read, so that what is printed is what holds.</summary>
/// <remarks>Source: ARM DDI 0406C.d, B3.8.3, B4.1.127 (PRRR), B4.1.110 (NMRR).</remarks>
/// <param name="primary">PRRR.</param>
/// <param name="normal">NMRR.</param>
public readonly struct RemapRegisters(uint primary, uint normal)
{
    private const int BitsPerIndex = 2;
    private const uint IndexMask = 3;

    private readonly uint _primary = primary;
    private readonly uint _normal = normal;

    /// <summary>What this core has now.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    public static RemapRegisters Read<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine =>
        new(
            machine.ReadRegister(SystemRegister.PrimaryRegionRemap),
            machine.ReadRegister(SystemRegister.NormalMemoryRemap));

    /// <summary>The kind of memory: <c>normal</c> is write-back and write-allocate.</summary>
    /// <param name="type">TEX[0], C, B.</param>
    public ReadOnlySpan<byte> NameOf(MemoryType type)
    {
        int shift = (int)type * BitsPerIndex;
        return ((_primary >> shift) & IndexMask) switch
        {
            0 => "ordered"u8,
            1 => "device"u8,
            2 => ((_normal >> shift) & IndexMask) switch
            {
                0 => "uncached"u8,
                1 => "normal"u8,
                2 => "write-through"u8,
                _ => "write-back"u8,
            },
            _ => "reserved"u8,
        };
    }
}
