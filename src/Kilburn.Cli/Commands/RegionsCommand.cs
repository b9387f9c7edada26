using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Text.Json.Nodes;
using Kilburn.Cli.Output;
using Kilburn.Inspector.Json;
using Kilburn.Inspector.Maps;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;

namespace Kilburn.Cli.Commands;

/// <summary><c>kilburn regions</c>: what is mapped.</summary>
internal sealed class RegionsCommand
{
    private static readonly Dictionary<string, MemoryKind> s_kinds =
        Enum.GetValues<MemoryKind>().ToDictionary(Inspector.Words.Of);

    private readonly SourceOptions _source = new();
    private readonly Option<bool> _user = new("--user") { Description = "Only what the user may access." };
    private readonly Option<bool> _kernel = new("--kernel") { Description = "Only what the kernel may access and the user may not." };
    private readonly Option<bool> _writable = new("--writable") { Description = "Only what somebody may write." };
    private readonly Option<bool> _executable = new("--executable") { Description = "Only what somebody may execute." };
    private readonly Option<string> _type = new("--type") { Description = "Only one memory type.", HelpName = "TYPE" };
    private readonly Option<string> _physical = new("--physical") { Description = "Only what leads to physical addresses.", HelpName = "START:LENGTH" };

    private readonly Option<bool> _ignorePhysical = new("--merge")
    {
        Description = "Merge neighbours that differ only in block size or in where they lead.",
    };

    /// <summary>Makes the command.</summary>
    public static Command Create() => new RegionsCommand().Build();

    private Command Build()
    {
        _ = _type.AcceptOnlyFromAmong([.. s_kinds.Keys]);
        Command command = new("regions", "Shows the 4 GiB as ranges that are alike: addresses, rights in words, memory type.")
        {
            _user, _kernel, _writable, _executable, _type, _physical, _ignorePhysical,
        };
        _source.AddTo(command);
        Verb.SetAction(command, Run);
        Examples.Add(
            command,
            "regions --gdb localhost:1234",
            "regions --gdb localhost:1234 --user --writable --symbols vmlinux",
            "regions --image ram.bin@0x40000000 --registers registers.txt --physical 0x40100000:1M",
            "regions --model space --json");
        return command;
    }

    private int Run(ParseResult result)
    {
        RegionFilter filter = new()
        {
            IsUser = result.GetValue(_user),
            IsKernel = result.GetValue(_kernel),
            IsWritable = result.GetValue(_writable),
            IsExecutable = result.GetValue(_executable),
            Kind = result.GetValue(_type) is string type ? s_kinds[type] : null,
            Physical = result.GetValue(_physical) is string range ? SourceOptions.ParseRange(range) : null,
        };
        MergeRule rule = result.GetValue(_ignorePhysical) ? MergeRule.Attributes : MergeRule.Contiguous;
        using Guest guest = _source.Open(result);
        TranslationTables tables = new(guest.Registers, guest.Memory);
        TableScan scan = TableCheck.Read(tables);
        Region[] regions = [.. RegionBuilder.Merge(scan.Leaves, rule).Where(region => filter.Wants(region))];
        if (result.GetValue(Verb.Json))
        {
            JsonObject json = MapJson.Envelope("regions", guest.Name);
            json["format"] = tables.Format.Name;
            json["registers"] = MapJson.Of(guest.Registers);
            json["regions"] = MapJson.Of(regions, guest.Symbols);
            JsonOutput.Write(json);
        }
        else
        {
            MapText.Write(regions, guest.Symbols);
            Console.Out.WriteLine($"{Inspector.Numbers.Count(regions.Length, "region")}, {tables.Format.Name}");
        }

        return ExitStatus.Clean;
    }
}
