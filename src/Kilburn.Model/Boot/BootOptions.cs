using System.Collections.Generic;
using Kilburn.Core.Addresses;

namespace Kilburn.Model.Boot;

/// <summary>What firmware and linker would decide.</summary>
public sealed record BootOptions
{
    /// <summary>Where the image is loaded: a multiple of 4 KiB, from 0x8000 to 0x80000.</summary>
    public uint LoadAddress { get; init; } = 0x8000;

    /// <summary>Bytes of the kernel's text: a multiple of 4 KiB, up to 2 MiB.</summary>
    public uint TextLength { get; init; } = 0x2_0000;

    /// <summary>Ranges that the memory map keeps out of the frame allocator.</summary>
    public IReadOnlyList<PhysicalRange> Reserved { get; init; } = [];

    /// <summary>A device that the boot code maps at 0xFFF00000, as it does with the console; zero for none.</summary>
    public uint ConsoleAddress { get; init; }
}
