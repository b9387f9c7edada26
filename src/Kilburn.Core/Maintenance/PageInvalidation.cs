using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;

namespace Kilburn.Core.Maintenance;

/// <summary>The invalidation of one page of a space whose ASID another core may change meanwhile.</summary>
public static class PageInvalidation
{
    /// <summary>Ends every translation of a page, and of the table that led to it, after their descriptors were written.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="owner">The space's.</param>
    /// <param name="page">Any byte of the page.</param>
    /// <remarks>
    /// The word is read again after the DSB that makes the descriptor seen. If it has changed, the space may have been walked
    /// under the new ASID while the old descriptor was still to be seen, and the new one is invalidated as well. If it changes
    /// later, walks under the newer ASID see the new descriptor (invariant A4). One that came and went in between lies
    /// on cores that flush before they could use it. An ASID of zero tags nothing: the invalidation is then without effect.
    /// Invalidation by address covers the entry of the first level too. Source: ARM DDI 0406C.d, B3.10.1, B3.10.2.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the hot half of an unmap: around the routine it is two loads and a compare
    public static void Remove<TMachine>(ref TMachine machine, ref AsidOwner owner, VirtualAddress page)
        where TMachine : struct, IMachine
    {
        uint word = owner.Word;
        machine.RemovePage(page, AsidWord.AsidOf(word), ref owner.Cores);
        uint seen = machine.LoadAcquire(ref owner.Word);
        if (seen != word)
        {
            RemoveAgain(ref machine, page, AsidWord.AsidOf(seen));
        }

        if (TMachine.BranchPredictorNeedsMaintenance)
        {
            machine.InvalidateBranchPredictors();
            machine.Synchronize();
        }
    }

    // The descriptor is seen already. A core that runs the space keeps its ASID, so that this core's instructions have
    // nothing to do with another: its next switch has the ISB.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RemoveAgain<TMachine>(ref TMachine machine, VirtualAddress page, Asid asid)
        where TMachine : struct, IMachine
    {
        machine.InvalidatePage(page, asid);
        machine.SynchronizeData();
    }
}
