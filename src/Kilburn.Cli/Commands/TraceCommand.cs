using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using Kilburn.Cli.Output;
using Kilburn.Inspector.Json;
using Kilburn.Inspector.Sources;
using Kilburn.Model.Checking;
using Kilburn.Model.Traces;
using Spectre.Console;

namespace Kilburn.Cli.Commands;

/// <summary><c>kilburn trace FILE</c>: what the machine model has to say about CP15 writes and table stores of any kernel.</summary>
internal static class TraceCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Argument<string> file = new("FILE") { Description = "The trace; '-' for standard input. Its format, and how to record one, are in docs." };
        Command command = new("trace", "Runs a trace on the hostile machine. Exit status 0: clean; 1: violations; 3: malformed.")
        {
            file,
        };
        Verb.SetAction(command, result => Run(result.GetRequiredValue(file), result.GetValue(Verb.Json)));
        Examples.Add(command, "trace tests/traces/stale-page.txt");
        return command;
    }

    private static int Run(string file, bool isJson)
    {
        try
        {
            using TextReader reader = file == "-" ? Console.In : new StreamReader(file);
            TraceVerdict verdict = TraceRunner.Run(reader, file);
            return isJson ? PrintJson(verdict, file) : Print(verdict);
        }
        catch (TraceFormatException malformed)
        {
            throw new SourceException(malformed.Message, malformed);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new SourceException($"{file}: {unreadable.Message}", unreadable);
        }
    }

    private static int PrintJson(TraceVerdict verdict, string file)
    {
        JsonObject json = MapJson.Envelope("trace", file);
        json["operations"] = verdict.OperationCount;
        json["maintenance"] = verdict.MaintenanceCount;
        json["unneeded"] = verdict.UnneededCount;
        json["unfinished"] = verdict.UnfinishedCount;
        json["violations"] = new JsonArray([.. verdict.Violations.Select(violation => new JsonObject
        {
            ["kind"] = violation.Kind.ToString(),
            ["text"] = violation.ToString(),
        })]);
        JsonOutput.Write(json);
        return verdict.Violations.Count == 0 ? ExitStatus.Clean : ExitStatus.Finding;
    }

    private static int Print(TraceVerdict verdict)
    {
        foreach (Violation violation in verdict.Violations)
        {
            Console.WriteLine(violation);
        }

        Table table = new Table().Border(TableBorder.Simple).HideHeaders().AddColumns("what", "number");
        AddRow(table, "operations", verdict.OperationCount);
        AddRow(table, "barriers, invalidations and register writes", verdict.MaintenanceCount);
        AddRow(table, "  of them needed by nothing", verdict.UnneededCount);
        AddRow(table, "changes without finished maintenance at the end", verdict.UnfinishedCount);
        AddRow(table, "violations", verdict.Violations.Count);
        AnsiConsole.Write(table);
        return verdict.Violations.Count == 0 ? ExitStatus.Clean : ExitStatus.Finding;
    }

    private static void AddRow(Table table, string what, long number) =>
        _ = table.AddRow(what, number.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
