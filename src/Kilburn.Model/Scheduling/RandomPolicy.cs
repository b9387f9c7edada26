using System.Numerics;

namespace Kilburn.Model.Scheduling;

/// <summary>Lets a core go on for a while, and then another: drawn from a seed.</summary>
/// <param name="seed">Same seed, same choices.</param>
/// <param name="oddsOfStaying">The core that ran goes on with this chance to 1.</param>
public sealed class RandomPolicy(ulong seed, int oddsOfStaying = 7) : ISchedulePolicy
{
    private ulong _state = (seed * 0x9E37_79B9_7F4A_7C15) | 1;

    /// <inheritdoc/>
    public int Choose(int current, uint runnable)
    {
        bool canStay = ((runnable >> current) & 1) != 0;
        if (canStay && Draw((uint)oddsOfStaying + 1) != 0)
        {
            return current;
        }

        uint left = runnable;
        for (uint skip = Draw((uint)BitOperations.PopCount(runnable)); skip != 0; skip--)
        {
            left &= left - 1;
        }

        return BitOperations.TrailingZeroCount(left);
    }

    private uint Draw(uint bound)
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return (uint)((_state >> 33) % bound);
    }
}
