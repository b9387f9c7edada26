using System;
using System.CommandLine;
using System.Linq;
using System.Text.Json.Nodes;
using Kilburn.Cli.Output;
using Kilburn.Inspector;
using Kilburn.Inspector.Json;
using Kilburn.Inspector.Maps;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;

namespace Kilburn.Cli.Commands;

/// <summary><c>kilburn find PA</c>: every virtual address that reaches a physical one.</summary>
internal sealed class FindCommand
{
    private readonly SourceOptions _source = new();
    private readonly Argument<string> _physical = new("PHYSICAL") { Description = "A physical address, or START:LENGTH." };

    /// <summary>Makes the command.</summary>
    public static Command Create() => new FindCommand().Build();

    private Command Build()
    {
        Command command = new("find", "Finds every virtual address that reaches a physical one. Exit status 1: none does.") { _physical };
        _source.AddTo(command);
        Verb.SetAction(command, Run);
        Examples.Add(command, "find 0x3F201000 --gdb localhost:1234", "find 0x8000:64K --from before.snapshot");
        return command;
    }

    private int Run(ParseResult result)
    {
        AddressRange wanted = SourceOptions.ParseRange(result.GetRequiredValue(_physical));
        using Guest guest = _source.Open(result);
        Region[] found = [.. ReverseMap.Find(TableCheck.ReadRegions(guest), wanted)];
        if (result.GetValue(Verb.Json))
        {
            JsonObject json = MapJson.Envelope("find", guest.Name);
            json["physical"] = Numbers.Address(wanted.Start);
            json["size"] = wanted.LengthInBytes;
            json["regions"] = MapJson.Of(found, guest.Symbols);
            JsonOutput.Write(json);
        }
        else
        {
            MapText.Write(found, guest.Symbols);
            Console.Out.WriteLine($"{Numbers.Count(found.Length, "range")} for {Numbers.Address(wanted.Start)}");
        }

        return found.Length != 0 ? ExitStatus.Clean : ExitStatus.Finding;
    }
}
