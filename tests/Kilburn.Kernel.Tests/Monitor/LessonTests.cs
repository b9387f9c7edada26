using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Kilburn.Kernel.Monitor;
using Xunit;

namespace Kilburn.Kernel.Tests.Monitor;

/// <summary>What the lesson shows is what one sees, but for the addresses of frames.</summary>
[Trait("Machine", "Named")]
public sealed partial class LessonTests
{
    private const string Prompt = "kilburn> ";

    [Fact]
    public void Lesson_TypedAlong_PrintsWhatItShows()
    {
        string[] shown = [.. Transcript(Path.Combine(AppContext.BaseDirectory, "lessons", "steps.md"))];
        string[] commands =
            [.. shown.Where(line => line.StartsWith(Prompt, StringComparison.Ordinal)).Select(line => line[Prompt.Length..])];

        BatchRun run = BatchRun.Of(string.Join("; ", commands));

        Assert.Equal(CommandOutcome.Done, run.Outcome);
        Assert.Equal(
            shown.Select(line => Frame().Replace(line.Replace(Prompt, "> ", StringComparison.Ordinal), "#")),
            run.Lines.Select(line => Frame().Replace(line, "#")));
    }

    private static IEnumerable<string> Transcript(string file)
    {
        bool isShown = false;
        foreach (string line in File.ReadLines(file))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isShown = !isShown;
            }
            else if (isShown)
            {
                yield return line;
            }
        }
    }

    [GeneratedRegex("0x00[0-3][0-9A-F]{5}")]
    private static partial Regex Frame();
}
