using System;
using System.Collections.Generic;
using System.Numerics;

namespace Kilburn.Model.Scheduling;

/// <summary>Goes through all schedules, one run after the other: depth first, by running again from the start.</summary>
/// <remarks>
/// A switch away from a core that could go on is a preemption, and their number is bounded: most faults need one or two.
/// With a state, a choice at a state that was seen before is not varied again.
/// </remarks>
/// <param name="preemptionBound">Most preemptions of a run.</param>
/// <param name="state">
/// A hash of everything that the rest of the run depends on, the cores' own progress included; null to vary every choice.
/// </param>
public sealed class ExhaustivePolicy(int preemptionBound, Func<ulong>? state = null) : ISchedulePolicy
{
    private readonly List<Decision> _decisions = [];
    private readonly HashSet<(ulong State, int Current, int Preemptions)> _seen = [];
    private int _position;
    private int _preemptions;

    /// <summary>Number of states that were met, when there is a state.</summary>
    public int StateCount => _seen.Count;

    /// <summary>Prepares the first or next run.</summary>
    /// <returns>False when all were run.</returns>
    public bool MoveNext()
    {
        if (_position != 0 || _decisions.Count != 0)
        {
            while (_decisions.Count != 0 && _decisions[^1].Untried == 0)
            {
                _decisions.RemoveAt(_decisions.Count - 1);
            }

            if (_decisions.Count == 0)
            {
                return false;
            }

            Decision last = _decisions[^1];
            int next = BitOperations.TrailingZeroCount(last.Untried);
            _decisions[^1] = new Decision(next, last.Untried & ~(1u << next));
        }

        _position = 0;
        _preemptions = 0;
        return true;
    }

    /// <inheritdoc/>
    public int Choose(int current, uint runnable)
    {
        bool canStay = ((runnable >> current) & 1) != 0;
        int chosen;
        if (_position < _decisions.Count)
        {
            chosen = _decisions[_position].Chosen;
        }
        else
        {
            chosen = canStay ? current : BitOperations.TrailingZeroCount(runnable);
            bool mayVary = !canStay || _preemptions < preemptionBound;
            if (mayVary && state != null)
            {
                mayVary = _seen.Add((state(), current, _preemptions));
            }

            _decisions.Add(new Decision(chosen, mayVary ? runnable & ~(1u << chosen) : 0));
        }

        _position++;
        _preemptions += canStay && chosen != current ? 1 : 0;
        return chosen;
    }

    private readonly record struct Decision(int Chosen, uint Untried);
}
