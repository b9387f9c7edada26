using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Text.Json.Nodes;
using Kilburn.Cli.Output;
using Kilburn.Inspector;
using Kilburn.Inspector.Json;
using Kilburn.Inspector.Maps;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;

namespace Kilburn.Cli.Commands;

/// <summary><c>kilburn diff A B</c>: what is mapped differently in two snapshots.</summary>
internal sealed class DiffCommand
{
    private readonly Argument<string> _before = new("A") { Description = "The earlier snapshot." };
    private readonly Argument<string> _after = new("B") { Description = "The later one." };

    /// <summary>Makes the command.</summary>
    public static Command Create() => new DiffCommand().Build();

    /// <summary>Prints changes as a table.</summary>
    /// <param name="changes">The changes.</param>
    public static void Write(IEnumerable<MapChange> changes)
    {
        TextTable table = new("change", "virtual", ">size", "before", "after");
        foreach (MapChange change in changes)
        {
            string style = change.Kind switch { "mapped" => "green", "unmapped" => "red", _ => "yellow" };
            table.Add(style, change.Kind, MapText.Range(change.Start, change.LengthInBytes), Numbers.Size(change.LengthInBytes), Of(change.Before), Of(change.After));
        }

        table.Write();
    }

    private Command Build()
    {
        Command command = new("diff", "Compares two snapshots, address by address. Exit status 1: they differ.") { _before, _after };
        Verb.SetAction(command, Run);
        Examples.Add(command, "diff before.snapshot after.snapshot");
        return command;
    }

    private int Run(ParseResult result)
    {
        using Guest before = Snapshot.Load(result.GetRequiredValue(_before));
        using Guest after = Snapshot.Load(result.GetRequiredValue(_after));
        List<MapChange> changes = MapDifference.Between(TableCheck.ReadRegions(before), TableCheck.ReadRegions(after));
        if (result.GetValue(Verb.Json))
        {
            JsonObject json = MapJson.Envelope("diff", $"{before.Name} {after.Name}");
            json["changes"] = MapJson.Of(changes);
            JsonOutput.Write(json);
        }
        else
        {
            Write(changes);
            Console.Out.WriteLine(Numbers.Count(changes.Count, "change"));
        }

        return changes.Count == 0 ? ExitStatus.Clean : ExitStatus.Finding;
    }

    private static string Of(Region? region) => region is Region known
        ? $"{Numbers.Address(known.Physical)} {known.Block?.Name ?? "flat"}, {MapText.Of(known.Attributes)}"
        : "-";
}
