using System.Numerics;
using Kilburn.Model.Scheduling;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Stops core 0 after some steps, and lets core 1 go on alone until it ends, or can not.</summary>
/// <param name="steps">Steps of core 0 before it stops.</param>
internal sealed class HoldPolicy(int steps) : ISchedulePolicy
{
    private int _left = steps;

    /// <summary>True when core 0 was stopped before its end.</summary>
    public bool HasStopped { get; private set; }

    /// <summary>True when core 1 could not go on before core 0 did.</summary>
    public bool HasWaited { get; private set; }

    public int Choose(int current, uint runnable)
    {
        const uint Both = 3;
        if (_left > 0 && (runnable & 1) != 0)
        {
            _left--;
            return 0;
        }

        HasStopped |= runnable == Both;
        HasWaited |= HasStopped && current == 1 && (runnable & 2) == 0 && !IsSecondOver;
        return (runnable & 2) != 0 ? 1 : BitOperations.TrailingZeroCount(runnable);
    }

    /// <summary>Set by the program of core 1 at its end.</summary>
    public bool IsSecondOver { get; set; }
}
