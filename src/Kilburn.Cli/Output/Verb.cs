using System;
using System.CommandLine;
using Kilburn.Inspector.Sources;

namespace Kilburn.Cli.Output;

/// <summary>What all verbs have in common.</summary>
internal static class Verb
{
    /// <summary><c>--json</c>, which every verb takes.</summary>
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Answer in JSON, as docs/inspector.md describes it.",
        Recursive = true,
    };

    /// <summary>Makes a verb's action: errors become a line and an exit status here, and nowhere else.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="run">What it does; returns an exit status.</param>
    public static void SetAction(Command command, Func<ParseResult, int> run) => command.SetAction(result =>
    {
        try
        {
            return run(result);
        }
        catch (UsageException wrong)
        {
            Console.Error.WriteLine(wrong.Message);
            return ExitStatus.Usage;
        }
        catch (SourceException unreadable)
        {
            Console.Error.WriteLine(unreadable.Message);
            return ExitStatus.BadInput;
        }
    });
}
