using System.Collections.Generic;
using System.Numerics;
using Kilburn.Model;
using Kilburn.Model.Cores;
using Kilburn.Model.Scheduling;

namespace Kilburn.Core.Tests.Matrix;

/// <summary>One core begins, is stopped after so many steps, and goes on when the other has ended or waits for it.</summary>
/// <param name="machine">The machine, whose locks are counted.</param>
/// <param name="hasEnded">By core: whether its program has ended.</param>
/// <param name="first">The core that begins.</param>
/// <param name="stopAfter">Steps that it does before it is stopped.</param>
/// <param name="handover">When the other goes on that came to wait for it.</param>
internal sealed class StopPolicy(Machine machine, bool[] hasEnded, int first, int stopAfter, Handover handover = Handover.AtEnd)
    : ISchedulePolicy
{
    private readonly List<StepTrace> _steps = [];
    private int _otherSteps;
    private bool _isStopped;
    private bool _hasGoneOn;
    private bool _isHandedOver;

    /// <summary>How many steps the other did before it waited for the first; 0 when it did not wait.</summary>
    public int StepsToWait => _hasGoneOn ? _otherSteps : 0;

    /// <summary>The steps of the first core up to where it was stopped; all of them, when it was not.</summary>
    public IReadOnlyList<StepTrace> Steps => _steps;

    /// <inheritdoc/>
    public int Choose(int current, uint runnable)
    {
        bool canStay = ((runnable >> current) & 1) != 0;
        int other = 1 - first;
        if (current > 1)
        {
            return first;
        }

        if (current == first && !_isStopped)
        {
            if (canStay && _steps.Count == stopAfter && ((runnable >> other) & 1) != 0)
            {
                _isStopped = true;
                return other;
            }

            ProcessorCore core = machine.Cores[first];
            _steps.Add(new StepTrace(core.LockChangeCount, core.ChangeCount, core.HoldsLocks));
        }
        else if (current == other && _isStopped && !_hasGoneOn)
        {
            _otherSteps++;
            _hasGoneOn = !canStay && !hasEnded[other];
        }

        if (_hasGoneOn && !_isHandedOver && current == first && handover == Handover.AtOnce && ((runnable >> other) & 1) != 0)
        {
            _isHandedOver = true;
            return other;
        }

        return canStay ? current : BitOperations.TrailingZeroCount(runnable);
    }
}
