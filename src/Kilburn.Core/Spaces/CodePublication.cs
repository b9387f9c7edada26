using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;

namespace Kilburn.Core.Spaces;

/// <summary>Makes what was written as data what every core fetches as code.</summary>
/// <remarks>
/// DCCMVAU through the linear map, DSB, ICIALLUIS, BPIALLIS where needed, DSB, ISB; other cores see the change at their next
/// exception or ISB. Source: ARM DDI 0406C.d, A3.5.4, B2.2.6.
/// </remarks>
internal static class CodePublication
{
    /// <summary>The first half, for each page.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="page">First byte.</param>
    public static void Clean<TMachine>(ref TMachine machine, PhysicalAddress page)
        where TMachine : struct, IMachine => machine.CleanToUnification(page, PageSize.Small);

    /// <summary>The second half, once.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    public static void Complete<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        machine.SynchronizeData();
        machine.InvalidateInstructionCaches();
        if (TMachine.BranchPredictorNeedsMaintenance)
        {
            machine.InvalidateBranchPredictors();
        }

        machine.Synchronize();
    }

    /// <summary>Ends a mapping of new pages: they can be used on return, and what is code was published.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="isCode">Whether any of them may be executed; it was cleaned then.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // on the way of each first touch
    public static void CompleteMapping<TMachine>(ref TMachine machine, bool isCode)
        where TMachine : struct, IMachine
    {
        if (isCode)
        {
            Complete(ref machine);
        }
        else
        {
            machine.Synchronize();
        }
    }
}
