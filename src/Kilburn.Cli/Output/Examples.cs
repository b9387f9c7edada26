using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Kilburn.Cli.Output;

/// <summary>Help with examples below.</summary>
/// <param name="help">The help of System.CommandLine.</param>
internal sealed class Examples(HelpAction help) : SynchronousCommandLineAction
{
    private static readonly Dictionary<Command, string[]> s_examples = [];

    /// <summary>Gives a verb examples.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="lines">Commands, each with what comes after <c>kilburn</c>.</param>
    public static void Add(Command command, params string[] lines) => s_examples[command] = lines;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        int status = help.Invoke(parseResult);
        if (s_examples.TryGetValue(parseResult.CommandResult.Command, out string[]? lines))
        {
            Console.Out.WriteLine("Examples:");
            foreach (string line in lines)
            {
                Console.Out.WriteLine($"  kilburn {line}");
            }

            Console.Out.WriteLine();
        }

        return status;
    }
}
