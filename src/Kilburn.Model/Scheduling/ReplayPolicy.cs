using System;
using System.Numerics;

namespace Kilburn.Model.Scheduling;

/// <summary>Follows a schedule that was printed before; past its end, the core that ran goes on.</summary>
/// <param name="schedule">What to follow.</param>
public sealed class ReplayPolicy(Schedule schedule) : ISchedulePolicy
{
    private int _run;
    private int _step;

    /// <inheritdoc/>
    public int Choose(int current, uint runnable)
    {
        while (_run < schedule.Runs.Count && _step == schedule.Runs[_run].Steps)
        {
            _run++;
            _step = 0;
        }

        if (_run == schedule.Runs.Count)
        {
            return ((runnable >> current) & 1) != 0 ? current : BitOperations.TrailingZeroCount(runnable);
        }

        int core = schedule.Runs[_run].Core;
        _step++;
        return core < 32 && ((runnable >> core) & 1) != 0
            ? core
            : throw new InvalidOperationException($"The schedule wants core {core}, which cannot go on: another program ran.");
    }
}
