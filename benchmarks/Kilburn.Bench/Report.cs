using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Kilburn.Bench;

/// <summary>A run held against the goals and the baseline.</summary>
internal sealed class Report
{
    /// <summary>Puts together what belongs to one operation: the goals' order, then whatever else there is.</summary>
    /// <param name="goals">The operations that must be there.</param>
    /// <param name="measurements">The run.</param>
    /// <param name="baseline">Mean by name.</param>
    internal Report(
        IReadOnlyList<Goal> goals,
        IReadOnlyList<Measurement> measurements,
        IReadOnlyDictionary<string, decimal> baseline)
    {
        Dictionary<string, Goal> goalOf = goals.ToDictionary(goal => goal.Name);
        Dictionary<string, Measurement> measurementOf = measurements.ToDictionary(measurement => measurement.Name);
        Rows = [.. goalOf.Keys.Union(measurementOf.Keys).Union(baseline.Keys).Select(name => new ReportRow(
            name,
            goalOf.GetValueOrDefault(name),
            measurementOf.GetValueOrDefault(name),
            baseline.TryGetValue(name, out decimal mean) ? mean : null))];
    }

    /// <summary>One row for each operation.</summary>
    internal IReadOnlyList<ReportRow> Rows { get; }

    /// <summary>True when every operation of the goals was measured and has a goal, so that the run can be a baseline.</summary>
    internal bool IsComplete => Rows.All(row => row.Goal is null == row.Measurement is null);

    /// <summary>True when the run is no worse than the baseline.</summary>
    internal bool IsGood => Rows.All(row => row.IsGood);

    /// <summary>What is wrong, one line each.</summary>
    internal IEnumerable<string> Complaints => Rows.Where(row => !row.IsGood).Select(Complain);

    /// <summary>Goals met and missed, in words.</summary>
    internal string Summary =>
        $"{Rows.Count(row => row.IsGoalMet)} goals met, {Rows.Count(row => row.Goal is not null && !row.IsGoalMet)} missed";

    private static string Complain(ReportRow row) => row.Change switch
    {
        Change.Missing => $"{row.Name}: missing from the run",
        _ when row.Goal is null => $"{row.Name}: has no goal in goals.json",
        Change.New => $"{row.Name}: missing from the baseline; accept it with --accept",
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Name}: worse than the baseline, {row.Measurement!.Mean} after {row.Baseline}"),
    };
}
