using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using Kilburn.Cli.Output;
using Kilburn.Cli.View;
using Kilburn.Inspector.Json;
using Kilburn.Inspector.Maps;
using Kilburn.Inspector.Sources;

namespace Kilburn.Cli.Commands;

/// <summary><c>kilburn export</c>: the map as a file.</summary>
internal sealed class ExportCommand
{
    private readonly SourceOptions _source = new();
    private readonly Option<string> _html = new("--html") { Description = "Writes the page of 'view' as one file.", HelpName = "FILE" };
    private readonly Option<string> _svg = new("--svg") { Description = "Writes the map as a drawing.", HelpName = "FILE" };

    /// <summary>Makes the command.</summary>
    public static Command Create() => new ExportCommand().Build();

    private Command Build()
    {
        Command command = new("export", "Writes the map as a page or as a drawing.") { _html, _svg };
        _source.AddTo(command);
        Verb.SetAction(command, Run);
        Examples.Add(command, "export --html map.html --svg map.svg --gdb localhost:1234");
        return command;
    }

    private int Run(ParseResult result)
    {
        string? html = result.GetValue(_html);
        string? svg = result.GetValue(_svg);
        if (html is null && svg is null)
        {
            throw new UsageException("Say what to write: --html or --svg.");
        }

        using Guest guest = _source.Open(result);
        GuestMap map = Progress.Run("reading the tables", () => new GuestMap(guest));
        Write(html, () => MapPage.Build(map.ToJson([], true), false));
        Write(svg, () => MapSvg.Draw(map.Title, map.Regions, map.Findings.Select(finding => finding.Address)));
        if (result.GetValue(Verb.Json))
        {
            JsonObject json = MapJson.Envelope("export", guest.Name);
            json["html"] = html;
            json["svg"] = svg;
            JsonOutput.Write(json);
        }

        return ExitStatus.Clean;
    }

    private static void Write(string? path, Func<string> contents)
    {
        try
        {
            if (path is not null)
            {
                File.WriteAllText(path, contents());
            }
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new SourceException($"{path}: {failed.Message}", failed);
        }
    }
}
