using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Kilburn.HostedBench.Allocators;
using Spectre.Console;

namespace Kilburn.HostedBench;

/// <summary>Prints nanoseconds per operation, and how Kilburn's stand to its rivals' of the same run.</summary>
internal static class TimingTable
{
    private const double LimitOfOneThread = 1.5;
    private const double LimitOfMoreThreads = 1;
    private const int WidthOfFile = 140;

    /// <summary>Prints a row for each workload and number of threads.</summary>
    /// <param name="timings">The run.</param>
    internal static void Print(IReadOnlyList<Timing> timings)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Console.Profile.Width = WidthOfFile;
        }

        string[] sources = [KilburnFrames.Name, LockedFreeList.Name, CachedBuddy.Name];
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumn("workload");
        table.AddColumn(new TableColumn("threads").RightAligned());
        foreach (string header in (string[])[.. sources, "of the better", "goal"])
        {
            table.AddColumn(new TableColumn(header).RightAligned());
        }

        table.AddColumn("");
        foreach (IGrouping<(int Threads, Workloads.Workload Workload), Timing> row in timings.GroupBy(timing => (timing.Threads, timing.Workload)).OrderBy(row => row.Key))
        {
            Dictionary<string, double> times = row.ToDictionary(timing => timing.Source, timing => timing.Nanoseconds);
            double ratio = times[KilburnFrames.Name] / sources.Skip(1).Min(source => times[source]);
            double limit = row.Key.Threads == 1 ? LimitOfOneThread : LimitOfMoreThreads;
            table.AddRow(
            [
                new Text(row.Key.Workload.ToString()),
                new Text(row.Key.Threads.ToString(CultureInfo.InvariantCulture)),
                .. sources.Select(source => new Text(Format(times[source]))),
                new Text(Format(ratio)),
                new Text(Format(limit)),
                ratio <= limit ? new Text("met", new Style(Color.Green)) : new Text("MISSED", new Style(Color.Red)),
            ]);
        }

        AnsiConsole.Console.Write(table);
        Console.WriteLine($"nanoseconds per operation of one thread, of {Measurements.Rounds} rounds the quickest, or, with two threads, the median");
    }

    private static string Format(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
