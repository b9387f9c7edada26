using Kilburn.Core.Addresses;

namespace Kilburn.Core.Asids;

/// <summary>What the allocator keeps in a space's control page, at its start.</summary>
/// <remarks>
/// Fields are words, so that <see cref="IMachine"/>'s shared accesses reach them; <see cref="IMachine.RemovePage"/> reads the first two, which
/// are the allocator's to write. Control pages lie above the vector page, so that the address zero ends the list.
/// </remarks>
public struct AsidOwner
{
    /// <summary>An <see cref="AsidWord"/>. Shared: written under the allocator's lock by release, read by acquire.</summary>
    public uint Word;

    /// <summary>
    /// A bit for each core that has run the space since its last flush: whose TLB may hold something of it. Written under the
    /// allocator's lock, before the word when both change; read after a DSB by whoever invalidates (invariant A6).
    /// </summary>
    public uint Cores;

    /// <summary>TTBR0 of the space. Written once, before the owner is attached.</summary>
    internal uint TableBase;

    /// <summary>The number that people call the space by. Written once, when the owner is attached.</summary>
    internal uint Id;

    /// <summary>Physical address of the next owner. Guarded by the allocator's lock.</summary>
    internal uint Next;

    /// <summary>Physical address of the previous owner. Guarded by the allocator's lock.</summary>
    internal uint Previous;
}
