using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;

namespace Kilburn.Model.Boot;

/// <summary>A machine as entry code leaves it to C#: what <c>VirtualMemory.Start</c> asks for.</summary>
public sealed class BootedKernel
{
    /// <summary>The invented image.</summary>
    public required KernelImage Image { get; init; }

    /// <summary>The machine's memory.</summary>
    public required MemoryMap Map { get; init; }

    /// <summary>The second-level table of 0x80000000–0x800FFFFF. Those of the image's other MiBs follow it.</summary>
    public required PhysicalAddress FirstMibTable { get; init; }

    /// <summary>The second-level table of 0xFFF00000–0xFFFFFFFF.</summary>
    public required PhysicalAddress TopTable { get; init; }

    /// <summary>The unmapped page below each core's stack.</summary>
    public required IReadOnlyList<PhysicalAddress> Guards { get; init; }
}
