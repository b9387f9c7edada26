using System.Runtime.InteropServices;

namespace Kilburn.Core.Asids;

/// <summary>What one core runs. A cache line each, so that one core's switch does not slow another's.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct AsidCore
{
    /// <summary>
    /// The word that the core runs, or is about to run. Set from anything but zero by the core alone, with a compare-and-swap;
    /// a new generation puts zero there. Set from zero under the allocator's lock.
    /// </summary>
    public uint Active;

    /// <summary>The word that the core ran when the generation began. Counts while <see cref="Active"/> is zero. Guarded by the lock.</summary>
    public uint Reserved;

    /// <summary>Physical address of the owner whose table TTBR0 holds; zero when none. Written by the core, after its registers.</summary>
    public uint Owner;
}
