using System;
using System.Collections.Generic;
using System.Diagnostics;

namespace Kilburn.Campaigns.Asids;

/// <summary>Goes through every interleaving of the shipped allocator's operations, call by call, breadth first.</summary>
/// <remarks>
/// Each core may begin any operation on any space whenever it is between two. A core that would wait for the lock does not move: its
/// tries change nothing. Operations on one space that its own lock keeps apart (unmap, end) do not overlap.
/// </remarks>
/// <typeparam name="TBounds">Cores and ASIDs.</typeparam>
internal sealed class AsidSearch<TBounds>
    where TBounds : struct, IAsidBounds
{
    private readonly AsidPlan _plan;
    private readonly AsidRun<TBounds> _run;
    private readonly StateSet _seen = new();
    private readonly List<AsidOperation> _operations = [new AsidOperation(AsidOperationKind.Leave, 0)];
    private List<AsidState<TBounds>> _next = [];

    /// <summary>Prepares a search.</summary>
    /// <param name="plan">Its bounds.</param>
    public AsidSearch(AsidPlan plan)
    {
        _plan = plan;
        _run = new AsidRun<TBounds>(plan);
        if (plan.Events.HasFlag(AsidEvents.Begins))
        {
            _operations.Add(new AsidOperation(AsidOperationKind.Begin, 0));
        }

        for (int slot = 0; slot < plan.SpaceCount - plan.ParkedCount; slot++)
        {
            _operations.Add(new AsidOperation(AsidOperationKind.Switch, slot));
            if (plan.Events.HasFlag(AsidEvents.Unmaps) && slot == 0)
            {
                _operations.Add(new AsidOperation(AsidOperationKind.Unmap, slot));
            }

            if (plan.Events.HasFlag(AsidEvents.Ends))
            {
                _operations.Add(new AsidOperation(AsidOperationKind.Retire, slot));
                _operations.Add(new AsidOperation(AsidOperationKind.Attach, slot));
            }
        }
    }

    /// <summary>States met.</summary>
    public long StateCount => _seen.Count;

    /// <summary>Transitions tried.</summary>
    public long TransitionCount { get; private set; }

    /// <summary>Calls and beginnings of operations in the longest of the shortest ways to a state.</summary>
    public int Depth { get; private set; }

    /// <summary>What is wrong, and how it comes to be; null when nothing is.</summary>
    public string? Finding { get; private set; }

    /// <summary>Searches.</summary>
    /// <param name="limit">Gives up after it.</param>
    /// <param name="report">Called after each level.</param>
    /// <returns>True when every state within the bounds was met, or something was found.</returns>
    public bool Search(TimeSpan limit, Action<AsidSearch<TBounds>>? report = null)
    {
        long started = Stopwatch.GetTimestamp();
        AsidState<TBounds> first = _run.Begin();
        _ = _seen.Add(_run.Hash.Of(first.Cores));
        _next.Add(first);
        while (_next.Count != 0)
        {
            List<AsidState<TBounds>> current = _next;
            _next = [];
            for (int index = 0; index < current.Count; index++)
            {
                if (!Expand(current[index]))
                {
                    return true;
                }

                current[index] = default;
                if ((index & 0xFFF) == 0 && Stopwatch.GetElapsedTime(started) > limit)
                {
                    return false;
                }
            }

            Depth++;
            report?.Invoke(this);
        }

        return true;
    }

    private bool Expand(in AsidState<TBounds> state)
    {
        bool hasMoved = false;
        bool isBusy = false;
        for (int core = 0; core < TBounds.CoreCount; core++)
        {
            AsidProgress progress = state.Cores[core];
            if (progress.Operation.Kind == AsidOperationKind.None)
            {
                foreach (AsidOperation operation in _operations)
                {
                    if (CanBegin(state, operation))
                    {
                        hasMoved = true;
                        if (!Move(state, core, operation))
                        {
                            return false;
                        }
                    }
                }

                continue;
            }

            isBusy = true;
            if (!IsBlocked(state, progress))
            {
                hasMoved = true;
                if (!Move(state, core, progress.Operation))
                {
                    return false;
                }
            }
        }

        if (isBusy && !hasMoved)
        {
            Finding = Describe("every core waits for another", state.Path);
            return false;
        }

        return true;
    }

    private bool Move(in AsidState<TBounds> state, int core, AsidOperation operation)
    {
        TransitionCount++;
        AsidState<TBounds> next;
        try
        {
            next = _run.Advance(state, core, operation);
        }
        catch (AsidViolationException violation)
        {
            Finding = Describe(violation.Message, new AsidPath(state.Path, core, operation));
            return false;
        }

        _run.World.Restore(next.Bytes);
        ulong hash = _run.Hash.Of(next.Cores);
        if (AsidInternals.RolloverCount(ref _run.World.Allocator) < (uint)_plan.GenerationCount && _seen.Add(hash))
        {
            _next.Add(next);
        }

        return true;
    }

    private bool CanBegin(in AsidState<TBounds> state, AsidOperation operation)
    {
        if (!operation.HasSpace)
        {
            return true;
        }

        AsidSlotState slot = _run.SlotIn(state, operation.Slot);
        bool isAbsent = slot == AsidSlotState.Absent;
        if (isAbsent != (operation.Kind == AsidOperationKind.Attach) || slot == AsidSlotState.Attaching)
        {
            return false;
        }

        foreach (AsidProgress other in state.Cores)
        {
            AsidOperationKind kind = other.Operation.Kind;
            bool isSame = other.Operation.HasSpace && other.Operation.Slot == operation.Slot;
            bool isUnderLock = kind is AsidOperationKind.Unmap or AsidOperationKind.Retire;
            if (isSame && (isAbsent || (isUnderLock && operation.Kind != AsidOperationKind.Switch) || IsGone(state, other)))
            {
                return false;
            }
        }

        return true;
    }

    // A space that is out of the list already: who ended it sees to it that nobody begins anything on it.
    private bool IsGone(in AsidState<TBounds> state, in AsidProgress other) =>
        other.Operation.Kind == AsidOperationKind.Retire && !_run.IsListedIn(state, other.Operation.Slot);

    private bool IsBlocked(in AsidState<TBounds> state, in AsidProgress progress) =>
        progress.Pending == AsidCall.CompareExchange && _run.LockIn(state) != 0;

    private string Describe(string what, AsidPath? path) =>
        $"{_plan.Name}: {what}{Environment.NewLine}  {string.Join(Environment.NewLine + "  ", path?.Describe() ?? [])}";
}
