using System;
using System.Globalization;
using System.Linq;
using Spectre.Console;

namespace Kilburn.Bench.Where;

/// <summary>Prints where the instructions of an operation go.</summary>
internal static class WhereTable
{
    private const string Number = "#,0.00";
    private const decimal LeastShare = 0.0005m;

    /// <summary>Prints the table, what the row takes off, and the sum beside what was measured.</summary>
    /// <param name="report">The report.</param>
    internal static void Print(WhereReport report)
    {
        IAnsiConsole console = Output.Open();
        decimal whole = report.Methods.Sum(method => method.Instructions);
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumn("method");
        foreach (string header in (string[])["instructions", "share", "calls"])
        {
            table.AddColumn(new TableColumn(header).RightAligned());
        }

        WhereLine[] small = [.. report.Methods.Where(line => line.Instructions < whole * LeastShare)];
        foreach (WhereLine line in report.Methods.Except(small))
        {
            table.AddRow(Cells(line, whole));
        }

        if (small.Length != 0)
        {
            table.AddRow(Cells(new($"({small.Length} others)", small.Sum(line => line.Instructions), small.Sum(line => line.Calls)), whole));
        }

        console.Write(table);
        Console.WriteLine($"{report.Row.Name}: {Format(whole)} instructions per operation ran between two reads of the counter");
        Console.WriteLine($"less an empty sample: {Format(report.Overhead)}; less what the row leaves out: {Format(report.LeftOut)}");
        Console.WriteLine($"sum: {Format(report.Sum)}; measured: {Format(report.Row.Mean)}");
    }

    private static Text[] Cells(WhereLine line, decimal whole) =>
    [
        new(line.Method),
        new(Format(line.Instructions)),
        new((line.Instructions / whole).ToString("0.0 %", CultureInfo.InvariantCulture)),
        new(Format(line.Calls)),
    ];

    private static string Format(decimal value) => value.ToString(Number, CultureInfo.InvariantCulture).Replace(',', ' ');
}
