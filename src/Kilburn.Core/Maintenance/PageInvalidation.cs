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
    /// The word is read after the DSB that makes the descriptor seen. If it changes later, walks under the newer ASID see the new
    /// descriptor (invariant A4). What is left under an ASID that the space had before lies on cores that flush before they could
    /// use it. An ASID of zero tags nothing: the invalidation is then without effect. Invalidation by address covers the entry of
    /// the first level too. Source: ARM DDI 0406C.d, B3.10.1, B3.10.2.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the hot half of an unmap
    public static void Remove<TMachine>(ref TMachine machine, ref AsidOwner owner, VirtualAddress page)
        where TMachine : struct, IMachine
    {
        machine.RemovePage(page, ref owner);
        if (TMachine.BranchPredictorNeedsMaintenance)
        {
            machine.InvalidateBranchPredictors();
            machine.Synchronize();
        }
    }
}
