using System;
using System.CommandLine;
using System.Text.Json.Nodes;
using Kilburn.Cli.Output;
using Kilburn.Inspector;
using Kilburn.Inspector.Faults;
using Kilburn.Inspector.Json;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;

namespace Kilburn.Cli.Commands;

/// <summary><c>kilburn fault [DFSR DFAR]</c>: what a data abort was, and how its address is mapped now.</summary>
internal sealed class FaultCommand
{
    private readonly SourceOptions _source = new();

    private readonly Argument<string?> _status = new("DFSR")
    {
        Description = "The fault status; else the source's.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Argument<string?> _address = new("DFAR")
    {
        Description = "The address; else the source's.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>Makes the command.</summary>
    public static Command Create() => new FaultCommand().Build();

    private Command Build()
    {
        Command command = new("fault", "Takes a data abort apart; with a source, walks its address. Exit status 1: it was a fault.") { _status, _address };
        _source.AddTo(command);
        Verb.SetAction(command, Run);
        Examples.Add(command, "fault 0x80F 0x00001000", "fault --gdb localhost:1234");
        return command;
    }

    private int Run(ParseResult result)
    {
        using Guest? guest = _source.HasSource(result) ? _source.Open(result) : null;
        (uint status, uint address) = Registers(result, guest);
        DataAbort abort = DataAbort.Decode(status, address);
        Walk? walk = guest is null
            ? null
            : new TranslationTables(guest.Registers, guest.Memory).Walk(
                address, abort.IsWrite ? AccessKind.Write : AccessKind.Read, Privilege.Kernel);
        if (result.GetValue(Verb.Json))
        {
            JsonObject json = MapJson.Envelope("fault", guest?.Name);
            json["status"] = Numbers.Address(status);
            json["address"] = Numbers.Address(address);
            json["code"] = abort.Code;
            json["reason"] = abort.Reason;
            json["access"] = abort.IsWrite ? "write" : "read";
            json["domain"] = abort.Domain;
            json["format"] = abort.IsLong ? "long descriptors" : "short descriptors";
            json["walk"] = walk is null ? null : MapJson.Of(walk, guest!.Registers.HasLongDescriptors, guest.Symbols);
            JsonOutput.Write(json);
        }
        else
        {
            string domain = abort.Domain is int number ? $", domain {number}" : string.Empty;
            Console.Out.WriteLine($"{(abort.IsWrite ? "write" : "read")} at {Numbers.Address(address)}: {abort.Reason}{domain}");
            if (walk is not null)
            {
                Console.Out.WriteLine("as the tables are now:");
                WalkCommand.Write(walk, guest!);
            }
        }

        return ExitStatus.Finding;
    }

    private (uint Status, uint Address) Registers(ParseResult result, Guest? guest)
    {
        if (result.GetValue(_status) is string status)
        {
            return result.GetValue(_address) is string address
                ? (WalkCommand.ParseAddress(status), WalkCommand.ParseAddress(address))
                : throw new UsageException("DFAR is missing.");
        }

        return guest?.DataFault ?? throw new UsageException("Say DFSR and DFAR: the source does not.");
    }
}
