namespace Kilburn.Bench;

/// <summary>One operation: goal, run and baseline side by side.</summary>
/// <param name="Name">The operation.</param>
/// <param name="Goal">Null for an operation that the goals do not name.</param>
/// <param name="Measurement">Null when the run lacks it.</param>
/// <param name="Baseline">Mean of the baseline; null when it lacks it.</param>
internal sealed record ReportRow(string Name, Goal? Goal, Measurement? Measurement, decimal? Baseline)
{
    /// <summary>The counts repeat exactly; a change of more than this part is a change of the code.</summary>
    private const decimal Tolerance = 0.02m;

    /// <summary>How the run stands to the baseline.</summary>
    internal Change Change => (Measurement, Baseline) switch
    {
        (null, _) => Change.Missing,
        (_, null) => Change.New,
        ({ } run, { } old) when run.Mean > old * (1 + Tolerance) => Change.Worse,
        ({ } run, { } old) when run.Mean < old * (1 - Tolerance) => Change.Better,
        _ => Change.Same,
    };

    /// <summary>True when nothing about this row fails the comparison.</summary>
    internal bool IsGood => Change is Change.Same or Change.Better && Goal is not null;

    /// <summary>True when goal and measurement are there, and the goal is kept.</summary>
    internal bool IsGoalMet => Goal is not null && Measurement is not null && Goal.IsMetBy(Measurement);
}
