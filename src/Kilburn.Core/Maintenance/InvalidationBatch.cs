using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Checks;

namespace Kilburn.Core.Maintenance;

/// <summary>Translations of one space that left the tables but may still be in a TLB, and the memory that waits for them.</summary>
/// <remarks>
/// Invariant I4: memory given to <see cref="AddWaiting"/> comes out of the batch only after the invalidation that covers its last
/// translation is complete on every core that may hold it. Order inside <see cref="Commit"/>: DSB, read the ASID and its cores, invalidate, DSB, ISB.
/// Source: ARM DDI 0406C.d, B3.10.1. Locking: the space's; the batch is a local variable.
/// </remarks>
public struct InvalidationBatch
{
    /// <summary>Up to so many pages are invalidated one by one; past it, all of the ASID at once.</summary>
    public const int PageLimit = 16;

    /// <summary>Most pages and tables that wait.</summary>
    public const int WaitingCapacity = 64;

    // A page and its table at once: what one step of an unmap may add.
    private const int WaitingPerStep = 2;
    private const uint KindMask = 1;

    private Pages _pages;
    private Waiting _waiting;
    private int _pageCount;
    private int _waitingCount;
    private bool _isCommitted;

    /// <summary>True when nothing is left to invalidate and nothing waits.</summary>
    public readonly bool IsEmpty => _pageCount == 0 && _waitingCount == 0;

    /// <summary>True when the next step of an unmap may not fit: time to commit.</summary>
    public readonly bool IsFull => _waitingCount > WaitingCapacity - WaitingPerStep;

    /// <summary>Notes a page whose descriptor was removed or changed.</summary>
    /// <param name="page">First byte.</param>
    public void AddPage(VirtualAddress page)
    {
        if (_pageCount < PageLimit)
        {
            _pages[_pageCount] = page;
        }

        _pageCount++;
        _isCommitted = false;
    }

    /// <summary>Notes that more descriptors were removed than are worth being told one by one.</summary>
    public void AddAll()
    {
        _pageCount = PageLimit + 1;
        _isCommitted = false;
    }

    /// <summary>Makes memory wait for the invalidation. The translations that lead to it are in the batch.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="memory">First byte of the page or table.</param>
    /// <param name="kind">Which of the two.</param>
    public void AddWaiting<TMachine>(ref TMachine machine, PhysicalAddress memory, WaitingKind kind)
        where TMachine : struct, IMachine
    {
        if (_waitingCount == WaitingCapacity)
        {
            BugCheck.Fail(ref machine, "I4: a batch of invalidations was not committed in time"u8, memory.Value);
        }

        _waiting[_waitingCount++] = memory.Value | (uint)kind;
        _isCommitted = false;
    }

    /// <summary>Completes the invalidations. All that waits can be taken after it.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="owner">The space's; read after the DSB, the word first (invariants A4 and A6 of the ASIDs).</param>
    public void Commit<TMachine>(ref TMachine machine, ref AsidOwner owner)
        where TMachine : struct, IMachine
    {
        if (_pageCount != 0)
        {
            machine.SynchronizeData();
            Asid asid = AsidWord.AsidOf(machine.LoadAcquire(ref owner.Word));
            if (_pageCount > PageLimit)
            {
                machine.InvalidateAsid(asid, ref owner.Cores);
            }
            else
            {
                for (int index = 0; index < _pageCount; index++)
                {
                    machine.InvalidatePage(_pages[index], asid, ref owner.Cores);
                }
            }

            if (TMachine.BranchPredictorNeedsMaintenance)
            {
                machine.InvalidateBranchPredictors();
            }

            machine.Synchronize();
            _pageCount = 0;
        }

        _isCommitted = true;
    }

    /// <summary>Takes out memory that waited. The batch is committed.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="memory">First byte; default at the end.</param>
    /// <param name="kind">What it was.</param>
    /// <returns>False when nothing waits any more.</returns>
    public bool TryTake<TMachine>(ref TMachine machine, out PhysicalAddress memory, out WaitingKind kind)
        where TMachine : struct, IMachine
    {
        if (!_isCommitted)
        {
            BugCheck.Fail(ref machine, "I4: memory was taken before its invalidation"u8, (uint)_waitingCount);
        }

        if (_waitingCount == 0)
        {
            memory = default;
            kind = default;
            return false;
        }

        uint value = _waiting[--_waitingCount];
        memory = new PhysicalAddress(value & ~KindMask);
        kind = (WaitingKind)(value & KindMask);
        return true;
    }

    [InlineArray(PageLimit)]
    private struct Pages
    {
        private VirtualAddress _first;
    }

    [InlineArray(WaitingCapacity)]
    private struct Waiting
    {
        private uint _first;
    }
}
