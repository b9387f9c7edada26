using System;
using System.CommandLine;
using System.IO;
using Kilburn.Model.Checking;
using Kilburn.Model.Traces;
using Spectre.Console;

namespace Kilburn.Cli;

/// <summary><c>kilburn trace FILE</c>: what the machine model has to say about CP15 writes and table stores of any kernel.</summary>
internal static class TraceCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Argument<string> file = new("FILE") { Description = "The trace; '-' for standard input. Its format is in docs/model.md." };
        Command command = new("trace", "Runs a trace on the hostile machine. Exit status 0: clean; 1: violations; 3: malformed.")
        {
            file,
        };
        command.SetAction(result => Run(result.GetRequiredValue(file)));
        return command;
    }

    private static int Run(string file)
    {
        try
        {
            using TextReader reader = file == "-" ? Console.In : new StreamReader(file);
            return Print(TraceRunner.Run(reader, file));
        }
        catch (TraceFormatException malformed)
        {
            Console.Error.WriteLine(malformed.Message);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"{file}: {unreadable.Message}");
        }

        return ExitStatus.BadInput;
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
