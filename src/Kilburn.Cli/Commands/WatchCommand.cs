using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading;
using Kilburn.Cli.Output;
using Kilburn.Inspector.Json;
using Kilburn.Inspector.Maps;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;

namespace Kilburn.Cli.Commands;

/// <summary><c>kilburn watch</c>: what changes, again and again.</summary>
internal sealed class WatchCommand
{
    private readonly SourceOptions _source = new();
    private readonly Option<double> _interval = new("--interval") { Description = "Seconds between two looks.", HelpName = "SECONDS", DefaultValueFactory = _ => 1 };
    private readonly Option<int> _count = new("--count") { Description = "How many looks after the first; 0 for no end.", HelpName = "N" };

    /// <summary>Makes the command.</summary>
    public static Command Create() => new WatchCommand().Build();

    private Command Build()
    {
        Command command = new("watch", "Looks at the tables again and again, and shows what has changed; the guest runs in between. Ctrl-C ends it.") { _interval, _count };
        _source.AddTo(command);
        Verb.SetAction(command, Run);
        Examples.Add(command, "watch --gdb localhost:1234", "watch --gdb localhost:1234 --interval 0.5 --count 20 --json");
        return command;
    }

    private int Run(ParseResult result)
    {
        double seconds = result.GetValue(_interval);
        int count = result.GetValue(_count);
        if (!(seconds is > 0 and <= 3600) || count < 0)
        {
            throw new UsageException("--interval is above 0 and at most an hour; --count is not negative.");
        }

        using ConsoleInterrupt interrupt = new();
        return Watch(result, TimeSpan.FromSeconds(seconds), count, interrupt.Token);
    }

    private int Watch(ParseResult result, TimeSpan interval, int count, CancellationToken end)
    {
        bool isJson = result.GetValue(Verb.Json);
        List<Region> before = Look(result);
        bool hasChanged = false;
        for (int look = 1; count == 0 || look <= count; look++)
        {
            if (end.WaitHandle.WaitOne(interval))
            {
                break;
            }

            List<Region> after = Look(result);
            List<MapChange> changes = MapDifference.Between(before, after);
            before = after;
            hasChanged |= changes.Count != 0;
            if (isJson)
            {
                JsonObject json = MapJson.Envelope("watch", null);
                json["look"] = look;
                json["changes"] = MapJson.Of(changes);
                JsonOutput.WriteLine(json);
            }
            else if (changes.Count != 0)
            {
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"look {look}, {DateTime.Now:HH:mm:ss}: {Inspector.Numbers.Count(changes.Count, "change")}"));
                DiffCommand.Write(changes);
            }
        }

        return hasChanged ? ExitStatus.Finding : ExitStatus.Clean;
    }

    // A connection for each look: the guest stands still for no longer than that.
    private List<Region> Look(ParseResult result)
    {
        using Guest guest = _source.Open(result);
        return TableCheck.ReadRegions(guest);
    }
}
