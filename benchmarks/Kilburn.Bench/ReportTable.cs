using System;
using System.Collections.Generic;
using System.Globalization;
using Spectre.Console;

namespace Kilburn.Bench;

/// <summary>Prints a report for people.</summary>
internal static class ReportTable
{
    /// <summary>Prints the table, what the kernel noted, the complaints and the sums.</summary>
    /// <param name="report">The report.</param>
    /// <param name="notes">The kernel's notes.</param>
    internal static void Print(Report report, IReadOnlyList<string> notes)
    {
        IAnsiConsole console = Output.Open();
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumn("operation");
        foreach (string header in (string[])["mean", "max", "count", "goal"])
        {
            table.AddColumn(new TableColumn(header).RightAligned());
        }

        table.AddColumn("");
        table.AddColumn(new TableColumn("C -O2").RightAligned());
        table.AddColumn(new TableColumn("Linux").RightAligned());
        table.AddColumn(new TableColumn("baseline").RightAligned());
        table.AddColumn("what");
        foreach (ReportRow row in report.Rows)
        {
            table.AddRow(
                new Text(row.Name),
                new Text(row.Measurement is { } mean ? Output.Number(mean.Mean) : "-"),
                new Text(row.Measurement is { } max ? Output.Number(max.Max) : "-"),
                new Text(row.Measurement is { } count ? Output.Number(count.Count) : "-"),
                new Text(row.Goal is { } goal ? Output.Number(goal.Limit) : "-"),
                Output.Verdict(row.IsGoalMet),
                new Text(row.Goal?.Reference is { } reference ? Output.Number(reference) : "-"),
                new Text(row.Goal?.Linux is { } linux ? Output.Number(linux) : "-"),
                new Text(Baseline(row)),
                new Text(row.Goal?.Operation ?? ""));
        }

        console.Write(table);
        foreach (string note in notes)
        {
            Console.WriteLine(note);
        }

        foreach (string complaint in report.Complaints)
        {
            Console.WriteLine(complaint);
        }

        Console.WriteLine(report.Summary);
    }

    private static string Baseline(ReportRow row) => row switch
    {
        { Change: Change.Same } => "same",
        { Baseline: { } old, Measurement: { Mean: { } mean } } when old != 0 =>
            string.Create(CultureInfo.InvariantCulture, $"{(mean - old) / old:+0.0 %;-0.0 %}"),
        { Change: Change.New } => "new",
        _ => "missing",
    };
}
