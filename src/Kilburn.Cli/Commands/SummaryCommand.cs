using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Kilburn.Cli.Output;
using Kilburn.Inspector;
using Kilburn.Inspector.Json;
using Kilburn.Inspector.Maps;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;

namespace Kilburn.Cli.Commands;

/// <summary><c>kilburn summary</c>: sizes by kind, and what the tables take.</summary>
internal sealed class SummaryCommand
{
    private readonly SourceOptions _source = new();

    /// <summary>Makes the command.</summary>
    public static Command Create() => new SummaryCommand().Build();

    private Command Build()
    {
        Command command = new("summary", "Shows how much is mapped how, and the tables in use with the space that they waste.");
        _source.AddTo(command);
        Verb.SetAction(command, Run);
        Examples.Add(command, "summary --gdb localhost:1234", "summary --model boot --json");
        return command;
    }

    private int Run(ParseResult result)
    {
        using Guest guest = _source.Open(result);
        TranslationTables tables = new(guest.Registers, guest.Memory);
        TableScan scan = TableCheck.Read(tables);
        MapSummary summary = MapSummary.Of(scan, tables.Format);
        if (result.GetValue(Verb.Json))
        {
            JsonObject json = MapJson.Envelope("summary", guest.Name);
            json["format"] = tables.Format.Name;
            json["summary"] = MapJson.Of(summary);
            JsonOutput.Write(json);
        }
        else
        {
            Write(summary);
        }

        return ExitStatus.Clean;
    }

    private static void Write(MapSummary summary)
    {
        TextTable sizes = new("mapped", ">size");
        sizes.Add(null, "all", Numbers.Size(summary.MappedInBytes));
        sizes.Add(null, "user reaches", Numbers.Size(summary.UserInBytes));
        sizes.Add(null, "global", Numbers.Size(summary.GlobalInBytes));
        foreach (IReadOnlyList<(string Name, ulong LengthInBytes)> part in (IReadOnlyList<(string, ulong)>[])[summary.Blocks, summary.Rights, summary.Types])
        {
            foreach ((string name, ulong length) in part)
            {
                sizes.Add(null, name, Numbers.Size(length));
            }
        }

        sizes.Write();
        Console.Out.WriteLine();
        TextTable tables = new("tables", ">number", ">size", ">entries in use", ">wasted");
        foreach (TableTally tally in summary.Tables)
        {
            tables.Add(
                null,
                $"level {tally.Level}",
                tally.Count.ToString(CultureInfo.InvariantCulture),
                Numbers.Size((ulong)tally.LengthInBytes),
                tally.ValidEntries.ToString(CultureInfo.InvariantCulture),
                Numbers.Size((ulong)tally.WastedInBytes));
        }

        tables.Write();
    }
}
