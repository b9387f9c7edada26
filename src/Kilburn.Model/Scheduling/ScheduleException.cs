using System;

namespace Kilburn.Model.Scheduling;

/// <summary>A run of several cores failed; the message has the schedule, from which it replays.</summary>
/// <param name="schedule">The steps up to the failure.</param>
/// <param name="coreIndex">The core that failed; -1 when none can go on.</param>
/// <param name="cause">What it failed with.</param>
public sealed class ScheduleException(Schedule schedule, int coreIndex, Exception cause)
    : Exception($"core {coreIndex} failed: {cause.Message}{Environment.NewLine}schedule: {schedule}", cause)
{
    /// <summary>The steps up to the failure.</summary>
    public Schedule Schedule { get; } = schedule;

    /// <summary>The core that failed; -1 when none can go on.</summary>
    public int CoreIndex { get; } = coreIndex;
}
