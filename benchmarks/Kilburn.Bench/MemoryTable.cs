using System.Collections.Generic;
using System.Linq;
using Spectre.Console;

namespace Kilburn.Bench;

/// <summary>Prints what the management of memory takes, beside goals and others.</summary>
internal static class MemoryTable
{
    /// <summary>Prints a row for each thing that was counted.</summary>
    /// <param name="uses">The run.</param>
    /// <param name="rivals">Goals and others, by the same names.</param>
    internal static void Print(IReadOnlyList<MemoryUse> uses, IReadOnlyList<MemoryRival> rivals)
    {
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumn("memory, for each");
        foreach (string header in (string[])["bytes", "goal", "", "C", "Linux"])
        {
            table.AddColumn(new TableColumn(header).RightAligned());
        }

        table.AddColumn("what");
        foreach (MemoryUse use in uses)
        {
            MemoryRival? rival = rivals.FirstOrDefault(rival => rival.Name == use.Name);
            table.AddRow(
                new Text(use.Name),
                new Text(Output.Number(use.Bytes)),
                new Text(Optional(rival?.Goal)),
                rival?.Goal is not { } goal ? new Text("") : Output.Verdict(use.Bytes <= goal),
                new Text(Optional(rival?.Reference)),
                new Text(rival?.Linux ?? "-"),
                new Text(rival?.What ?? ""));
        }

        Output.Open().Write(table);
    }

    private static string Optional(decimal? value) => value is { } number ? Output.Number(number) : "-";
}
