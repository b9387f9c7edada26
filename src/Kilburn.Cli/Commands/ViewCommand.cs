using System;
using System.CommandLine;
using System.IO;
using System.Text.Json.Nodes;
using System.Threading;
using Kilburn.Cli.Output;
using Kilburn.Cli.View;
using Kilburn.Inspector.Json;
using Kilburn.Inspector.Sources;

namespace Kilburn.Cli.Commands;

/// <summary><c>kilburn view</c>: the map in a browser.</summary>
internal sealed class ViewCommand
{
    private readonly SourceOptions _source = new();

    private readonly Option<int> _port = new("--port")
    {
        Description = "TCP port on 127.0.0.1; 0 for any that is free.",
        HelpName = "PORT",
        DefaultValueFactory = _ => 8087,
    };

    /// <summary>Makes the command.</summary>
    public static Command Create() => new ViewCommand().Build();

    private Command Build()
    {
        Command command = new("view", "Serves a page with the map to browsers on this machine: zoom, walks, findings, live changes. Ctrl-C ends it.") { _port };
        _source.AddTo(command);
        Verb.SetAction(command, Run);
        Examples.Add(command, "view --gdb localhost:1234", "view --model space --port 0");
        return command;
    }

    private int Run(ParseResult result)
    {
        int port = result.GetValue(_port);
        if (port is < 0 or > ushort.MaxValue)
        {
            throw new UsageException("--port is 0 to 65535.");
        }

        using (_source.Open(result))
        {
            // What cannot be opened at all is said here, not in the browser.
        }

        using ConsoleInterrupt interrupt = new();
        try
        {
            new MapServer(() => _source.Open(result)).RunAsync(port, url => Announce(result, url), interrupt.Token).GetAwaiter().GetResult();
        }
        catch (IOException taken)
        {
            throw new SourceException($"Port {port}: {taken.Message}", taken);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C while it started.
        }

        return ExitStatus.Clean;
    }

    private static void Announce(ParseResult result, string url)
    {
        if (result.GetValue(Verb.Json))
        {
            JsonObject json = MapJson.Envelope("view", null);
            json["url"] = url;
            JsonOutput.WriteLine(json);
        }
        else
        {
            Console.Out.WriteLine($"{url}  (Ctrl-C ends)");
        }
    }
}
