using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Text.Json.Nodes;
using Kilburn.Cli.Output;
using Kilburn.Inspector.Json;
using Kilburn.Model.Litmus;
using Spectre.Console;

namespace Kilburn.Cli.Commands;

/// <summary><c>kilburn litmus</c>: a row for each behaviour of the model, with what its pairs came to.</summary>
internal static class LitmusCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Command command = new("litmus", "Runs every litmus pair of the machine model: one sequence that must be reported, and its twin.");
        Verb.SetAction(command, result => Run(result.GetValue(Verb.Json)));
        return command;
    }

    private static int Run(bool isJson)
    {
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumns("#", "behaviour", "pairs", "wrong", "corrected", "result");
        JsonArray rows = [];
        int failures = 0;
        for (int behaviour = 1; behaviour <= LitmusPairs.Behaviours.Count; behaviour++)
        {
            List<LitmusPair> pairs = [.. LitmusPairs.All.Where(pair => pair.Behaviour == behaviour)];
            int reported = pairs.Count(pair => pair.RunWrong().Any(found => found.Kind == pair.Expected));
            int clean = pairs.Count(pair => pair.RunRight().Count == 0);
            bool isRight = pairs.Count != 0 && reported == pairs.Count && clean == pairs.Count;
            failures += isRight ? 0 : 1;
            rows.Add(new JsonObject
            {
                ["number"] = behaviour,
                ["behaviour"] = LitmusPairs.Behaviours[behaviour - 1],
                ["pairs"] = pairs.Count,
                ["reported"] = reported,
                ["clean"] = clean,
                ["isRight"] = isRight,
            });
            _ = table.AddRow(
                behaviour.ToString(CultureInfo.InvariantCulture),
                LitmusPairs.Behaviours[behaviour - 1],
                pairs.Count.ToString(CultureInfo.InvariantCulture),
                $"{reported} reported",
                $"{clean} clean",
                isRight ? "ok" : "FAILED");
        }

        if (isJson)
        {
            JsonObject json = MapJson.Envelope("litmus", null);
            json["behaviours"] = rows;
            JsonOutput.Write(json);
            return failures == 0 ? ExitStatus.Clean : ExitStatus.Finding;
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"{LitmusPairs.Behaviours.Count} behaviours, {LitmusPairs.All.Count} pairs, {failures} failed");
        return failures == 0 ? ExitStatus.Clean : ExitStatus.Finding;
    }
}
