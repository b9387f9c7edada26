using System;
using System.Collections.Generic;
using System.Linq;

namespace Kilburn.Campaigns.Asids;

/// <summary>One thread's part of a search: takes states, and finds those that come next.</summary>
/// <typeparam name="TBounds">Cores and ASIDs.</typeparam>
internal sealed class AsidExplorer<TBounds>
    where TBounds : struct, IAsidBounds
{
    private readonly AsidPlan _plan;
    private readonly StateSet _seen;
    private readonly StateSet _idle;
    private readonly AsidRun<TBounds> _run;
    private readonly List<AsidOperation> _operations = [new AsidOperation(AsidOperationKind.Leave, 0)];
    private List<AsidState<TBounds>> _next = [];

    /// <summary>Prepares for a plan.</summary>
    /// <param name="plan">The bounds.</param>
    /// <param name="seen">The states that were met, by all threads.</param>
    /// <param name="idle">Those in which every core is between two operations.</param>
    public AsidExplorer(AsidPlan plan, StateSet seen, StateSet idle)
    {
        _plan = plan;
        _seen = seen;
        _idle = idle;
        _run = new AsidRun<TBounds>(plan);
        if (plan.Events.HasFlag(AsidEvents.Begins))
        {
            _operations.Add(new AsidOperation(AsidOperationKind.Begin, 0));
        }

        for (int slot = 0; slot < plan.SpaceCount - plan.ParkedCount; slot++)
        {
            _operations.Add(new AsidOperation(AsidOperationKind.Switch, slot));
            if (plan.Events.HasFlag(AsidEvents.Unmaps))
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

    /// <summary>Transitions tried.</summary>
    public long TransitionCount { get; private set; }

    /// <summary>What is wrong, and how it comes to be; null when nothing is.</summary>
    public string? Finding { get; private set; }

    /// <summary>The state in which everything begins.</summary>
    public AsidState<TBounds> Begin()
    {
        AsidState<TBounds> first = _run.Begin();
        _ = _seen.Add(_run.Hash.Of(first.Cores));
        return first;
    }

    /// <summary>Finds what comes after some states.</summary>
    /// <param name="states">States; those that are done are taken out.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="end">One past the last.</param>
    /// <returns>False when something is wrong.</returns>
    public bool Expand(AsidState<TBounds>[] states, int first, int end)
    {
        for (int index = first; index < end; index++)
        {
            if (!Expand(states[index]))
            {
                return false;
            }

            states[index] = default;
        }

        return true;
    }

    /// <summary>The new states that were found since this was asked last.</summary>
    public List<AsidState<TBounds>> TakeNext()
    {
        List<AsidState<TBounds>> taken = _next;
        _next = [];
        return taken;
    }

    private bool Expand(in AsidState<TBounds> state)
    {
        bool hasMoved = false;
        foreach ((int core, AsidOperation operation) in MovesOf(state))
        {
            hasMoved = true;
            if (!Move(state, core, operation))
            {
                return false;
            }
        }

        if (!hasMoved)
        {
            Finding = Describe("every core waits for another", state.Path);
        }

        return hasMoved;
    }

    // What each core may do next.
    private IEnumerable<(int Core, AsidOperation Operation)> MovesOf(AsidState<TBounds> state)
    {
        for (int core = 0; core < TBounds.CoreCount; core++)
        {
            AsidProgress progress = state.Cores[core];
            if (progress.Operation.Kind != AsidOperationKind.None)
            {
                if (!IsBlocked(state, progress))
                {
                    yield return (core, progress.Operation);
                }

                continue;
            }

            foreach (AsidOperation operation in _operations)
            {
                if (CanBegin(state, operation))
                {
                    yield return (core, operation);
                }
            }
        }
    }

    private bool Move(in AsidState<TBounds> state, int core, AsidOperation operation)
    {
        TransitionCount++;
        AsidState<TBounds> next;
        ulong hash;
        try
        {
            if (!TryGo(state, core, operation, out next, out hash))
            {
                return true;
            }

            if (_plan.Detail.HasFlag(AsidDetail.Alike))
            {
                CheckAlike(next, hash);
            }
        }
        catch (AsidViolationException violation)
        {
            Finding = Describe(violation.Message, new AsidPath(state.Path, core, operation));
            return false;
        }

        if (_seen.Add(hash))
        {
            _next.Add(next);
            if (Array.TrueForAll(next.Cores, at => at.Operation.Kind == AsidOperationKind.None))
            {
                _run.World.Restore(next.Bytes);
                _ = _idle.Add(_run.Hash.WithoutNames(next.Cores));
            }
        }

        return true;
    }

    // False when it leads nowhere, or out of the bounds.
    private bool TryGo(in AsidState<TBounds> state, int core, AsidOperation operation, out AsidState<TBounds> next, out ulong hash)
    {
        next = Go(state, core, operation);
        if (!_plan.Detail.HasFlag(AsidDetail.EveryCall)
            && next.Cores[core] is { Pending: AsidCall.CompareExchange, Last.Previous: null })
        {
            hash = 0;
            return false; // it waits from its start, and nobody notices
        }

        _run.World.Restore(next.Bytes);
        hash = _run.Hash.Of(next.Cores);
        return !_run.World.IsBeyond;
    }

    private AsidState<TBounds> Go(in AsidState<TBounds> state, int core, AsidOperation operation)
    {
        AsidState<TBounds> next = _run.Advance(state, core, operation);
        while (!_plan.Detail.HasFlag(AsidDetail.EveryCall) && _run.HasLockIn(next, core) && IsBlocked(next, next.Cores[core ^ 1]))
        {
            next = _run.Advance(next, core, operation); // nobody else can move
        }

        return next;
    }

    // What counts as one has to go on as one: by moves that lead to states which count as the same.
    private void CheckAlike(in AsidState<TBounds> state, ulong hash)
    {
        List<(ulong Hash, int Core, AsidOperation Operation)> after = After(state);
        AsidPath met = _seen.FirstUnlike(hash, after.Aggregate(0ul, (sum, next) => unchecked(sum + next.Hash)), state.Path!);
        if (met == state.Path)
        {
            return;
        }

        AsidState<TBounds> other = Follow(met);
        List<(ulong Hash, int Core, AsidOperation Operation)> afterOther = After(other);
        throw new AsidViolationException(string.Join(
            Environment.NewLine,
            [
                "two states that count as one go on differently",
                "  the one that was met first:",
                .. met.Describe().Select(line => "    by " + line),
                .. DescribeUnlike(other, state, afterOther, after),
                "  the other:",
                .. DescribeUnlike(state, other, after, afterOther),
                "  by",
            ]));
    }

    // A state in words, and the moves by which it goes on as the other does not.
    private IEnumerable<string> DescribeUnlike(
        AsidState<TBounds> state,
        AsidState<TBounds> other,
        List<(ulong Hash, int Core, AsidOperation Operation)> after,
        List<(ulong Hash, int Core, AsidOperation Operation)> afterOther)
    {
        HashSet<string> otherLines = [.. Words(other)];
        foreach (string line in Words(state))
        {
            yield return (otherLines.Contains(line) ? "    = " : "    ! ") + line;
        }

        List<ulong> left = [.. afterOther.Select(next => next.Hash)];
        foreach ((ulong _, int core, AsidOperation operation) in after.Where(next => !left.Remove(next.Hash)))
        {
            AsidState<TBounds> next = Go(state, core, operation);
            yield return $"    and goes on as the other does not with core {core}: {operation}:";
            HashSet<string> lines = [.. Words(state)];
            foreach (string line in Words(next).Where(line => !lines.Contains(line)))
            {
                yield return "      > " + line;
            }
        }
    }

    private IEnumerable<string> Words(AsidState<TBounds> state)
    {
        _run.World.Restore(state.Bytes);
        return AsidDescription<TBounds>.Of(_run.World, state.Cores).ToList();
    }

    private List<(ulong Hash, int Core, AsidOperation Operation)> After(in AsidState<TBounds> state)
    {
        List<(ulong Hash, int Core, AsidOperation Operation)> after = [];
        foreach ((int core, AsidOperation operation) in MovesOf(state))
        {
            if (TryGo(state, core, operation, out _, out ulong hash))
            {
                after.Add((hash, core, operation));
            }
        }

        return after;
    }

    private AsidState<TBounds> Follow(AsidPath path)
    {
        Stack<AsidPath> steps = new();
        for (AsidPath? at = path; at != null; at = at.Previous)
        {
            steps.Push(at);
        }

        AsidState<TBounds> state = _run.Begin();
        foreach (AsidPath step in steps)
        {
            state = _run.Advance(state, step.Core, step.Operation);
        }

        return state;
    }

    private bool CanBegin(in AsidState<TBounds> state, AsidOperation operation)
    {
        if (!_plan.Detail.HasFlag(AsidDetail.EveryCall) && operation.IsUnderLock && _run.LockIn(state) != 0)
        {
            return false; // it would wait, and nobody would notice
        }

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
