namespace Kilburn.Model.Scheduling;

/// <summary>Chooses the core that goes on, at every step of every core.</summary>
public interface ISchedulePolicy
{
    /// <summary>Chooses a core.</summary>
    /// <param name="current">The core that ran last.</param>
    /// <param name="runnable">Bit n: core n can go on. Never zero.</param>
    /// <returns>A core that can go on.</returns>
    int Choose(int current, uint runnable);
}
