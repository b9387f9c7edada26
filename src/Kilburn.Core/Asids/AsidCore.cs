using System.Runtime.InteropServices;

namespace Kilburn.Core.Asids;

/// <summary>What one core runs. A cache line each, so that one core's switch does not slow another's.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct AsidCore
{
    /// <summary>
    /// The word that the core runs, or is about to run; without an ASID when it runs none. Written by the core alone, and by all
    /// at the wrap of generations, under the lock. Of an earlier generation, it tells that the core has to flush before it runs anything else.
    /// </summary>
    public uint Active;

    /// <summary>What <see cref="Active"/> was when its generation ended. Counts while it is of an earlier one. Guarded by the lock.</summary>
    public uint Reserved;

    /// <summary>The core's bit in <see cref="AsidOwner.Cores"/>. Written once at start.</summary>
    public uint Bit;

    /// <summary>Physical address of the owner whose table TTBR0 holds; zero when none. Written by the core, after its registers.</summary>
    public uint Owner;
}
