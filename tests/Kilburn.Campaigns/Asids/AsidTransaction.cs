namespace Kilburn.Campaigns.Asids;

/// <summary>Decides how far a core goes before others take their turns.</summary>
/// <remarks>
/// A transaction is calls that could come later, at most one that stays where it is, and calls that could come earlier: whatever other cores
/// do between them could as well be done before all or after all. It ends before the call that would not fit. Plain reads have no
/// call of their own: those at the start of a switch stand for one that stays, others go with the barrier or load before them.
/// </remarks>
/// <param name="world">What is shared, as it is before each call.</param>
/// <param name="plan">The bounds, which say what other cores may do at all.</param>
/// <typeparam name="TBounds">Cores and ASIDs.</typeparam>
internal sealed class AsidTransaction<TBounds>(AsidWorld<TBounds> world, AsidPlan plan)
    where TBounds : struct, IAsidBounds
{
    private readonly bool _isWholesale = !plan.Detail.HasFlag(AsidDetail.EveryCall);
    private readonly bool _hasUnmaps = plan.Events.HasFlag(AsidEvents.Unmaps);
    private readonly bool _hasEnds = plan.Events.HasFlag(AsidEvents.Ends);
    private bool _hasActed;    // what comes now must not come later
    private bool _hasOnlyRead; // and that is so only because of something read

    // No space changes its word or its number any more: what a switch has looked at stays as it is.
    private bool AreWordsFixed => !_hasEnds && world.IsSettled;

    /// <summary>Begins one.</summary>
    /// <param name="operation">What the core begins; <see cref="AsidOperationKind.None"/> when it goes on.</param>
    public void Begin(AsidOperationKind operation)
    {
        _hasActed = operation == AsidOperationKind.Switch && !AreWordsFixed;
        _hasOnlyRead = true;
    }

    /// <summary>True when a call belongs to the transaction.</summary>
    /// <param name="call">The call.</param>
    /// <param name="mover">What <see cref="MoverOf"/> says of it.</param>
    /// <remarks>
    /// Whoever finds that it needs the lock finds so later as well: words and generation do not go back while the lock is free. Or it finds
    /// that it needs it no more, and then does without it what it would do with it. So what it has read could be read later.
    /// </remarks>
    public bool Includes(AsidCall call, AsidMover mover) => _isWholesale && mover switch
    {
        AsidMover.Both or AsidMover.Left => true,
        AsidMover.Right => !_hasActed || (call == AsidCall.CompareExchange && _hasOnlyRead),
        _ => !_hasActed && call != AsidCall.CompareExchange, // a lock that is held is waited for
    };

    /// <summary>A call was done.</summary>
    /// <param name="call">The call.</param>
    /// <param name="mover">What <see cref="MoverOf"/> said of it.</param>
    public void Note(AsidCall call, AsidMover mover)
    {
        if (call == AsidCall.CompareExchange)
        {
            _hasActed = false;
        }
        else if (mover is AsidMover.None or AsidMover.Left)
        {
            _hasActed = true;
            _hasOnlyRead &= call is AsidCall.OrderMemory or AsidCall.Load;
        }
    }

    /// <summary>How a core's next call stands to those of others.</summary>
    /// <param name="core">The core.</param>
    /// <param name="operation">What it is at.</param>
    /// <param name="call">The call.</param>
    /// <param name="offset">Where in the shared bytes it goes.</param>
    /// <param name="operand">What it is given.</param>
    public AsidMover MoverOf(int core, AsidOperationKind operation, AsidCall call, int offset, uint operand) => call switch
    {
        AsidCall.CompareExchange => world.IsLockFree ? AsidMover.Right : AsidMover.None,
        AsidCall.Load => BothIf(IsFixed(core, offset)),
        AsidCall.Store => OfStore(core, offset, operand),

        // Those that no plain read of an unguarded word follows.
        AsidCall.OrderMemory => BothIf(operation switch
        {
            AsidOperationKind.Leave => true,
            AsidOperationKind.Switch => AreWordsFixed || world.HasLock(core),
            AsidOperationKind.Begin => true,
            _ => false,
        }),
        AsidCall.Synchronize or AsidCall.ClearDescriptor => AsidMover.Both,

        // A walk that goes on for longer holds more.
        AsidCall.LeaveSpace => world.RunningOn(core) == AsidWorld<TBounds>.NoSlot ? AsidMover.Both : AsidMover.Right,
        AsidCall.FlushLocal => BothIf(world.RunningOn(core) == AsidWorld<TBounds>.NoSlot),

        // Against the end of an unmap: whether the new table is walked while the old descriptor is seen.
        AsidCall.SwitchSpace => _hasUnmaps ? AsidMover.None : AsidMover.Right,

        // What is still walked is there again at once, and what is not walked any more would be gone.
        AsidCall.RemoveAsid => AsidMover.Left,

        // A descriptor that is seen to be cleared later is held, as it was, by those who began to walk meanwhile.
        AsidCall.SeeDescriptor => AsidMover.Right,

        // Nobody walks to the page any more, so that nothing comes back.
        AsidCall.RemovePage => AsidMover.Left,
        _ => AsidMover.None,
    };

    private AsidMover OfStore(int core, int offset, uint operand)
    {
        if (offset == world.LockOffset)
        {
            return AsidMover.Left;
        }

        // At the wrap others write a core's own words: then even a store that changes nothing comes before theirs or after.
        bool mayWrap = plan.StartsAtLastGeneration && !world.IsSettled;
        bool changesNothing = !mayWrap && operand == world.WordAt(offset);
        if (world.IsActiveOf(offset, core))
        {
            return BothIf((changesNothing && world.IsCurrent(operand)) || AreWordsFixed || world.HasLock(core));
        }

        // Read by ends alone. The core's other word, which a leave reads next, changes at the wrap alone.
        return BothIf(world.IsOwnerOf(offset, core) && (changesNothing || (!_hasEnds && !mayWrap)));
    }

    // What the lock guards, the core's own, and a generation that is the last within the bounds.
    private bool IsFixed(int core, int offset) => world.IsGeneration(offset)
        ? world.HasLock(core) || world.IsInLastGeneration
        : world.HasLock(core) && !world.IsOtherCores(offset, core);

    private static AsidMover BothIf(bool isFree) => isFree ? AsidMover.Both : AsidMover.None;
}
