using System;
using System.CommandLine;
using System.Text.Json.Nodes;
using Kilburn.Cli.Output;
using Kilburn.Inspector.Json;
using Kilburn.Inspector.Sources;

namespace Kilburn.Cli.Commands;

/// <summary><c>kilburn snapshot FILE</c>: keeps registers and tables for later.</summary>
internal sealed class SnapshotCommand
{
    private readonly SourceOptions _source = new();
    private readonly Argument<string> _file = new("FILE") { Description = "Where to." };

    /// <summary>Makes the command.</summary>
    public static Command Create() => new SnapshotCommand().Build();

    private Command Build()
    {
        Command command = new("snapshot", "Writes registers and tables to a file, which --from and diff take.") { _file };
        _source.AddTo(command);
        Verb.SetAction(command, Run);
        Examples.Add(command, "snapshot before.snapshot --gdb localhost:1234");
        return command;
    }

    private int Run(ParseResult result)
    {
        string file = result.GetRequiredValue(_file);
        using Guest guest = _source.Open(result);
        int tables = Progress.Run("reading the tables", () => Snapshot.Save(file, guest));
        if (result.GetValue(Verb.Json))
        {
            JsonObject json = MapJson.Envelope("snapshot", guest.Name);
            json["file"] = file;
            json["tables"] = tables;
            JsonOutput.Write(json);
        }
        else
        {
            Console.Out.WriteLine($"{file}: {Inspector.Numbers.Count(tables, "table")}");
        }

        return ExitStatus.Clean;
    }
}
