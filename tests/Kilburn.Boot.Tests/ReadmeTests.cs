using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace Kilburn.Boot.Tests;

public sealed partial class ReadmeTests
{
    [Fact]
    public void Transcript_OfTheReadme_IsWhatOneSees()
    {
        string readme = File.ReadAllText(Path.Combine(BuiltFiles.Root, "README.md"));
        Match transcript = Transcript().Match(readme);
        Assert.True(transcript.Success);

        Emulator run = Emulator.Boot(BuiltFiles.Kernel, "batch", transcript.Groups["commands"].Value);

        Assert.Equal(Masked(transcript.Groups["output"].Value.Split('\n')), Masked([.. run.Lines]));
    }

    // The image grows and shrinks with each change, and with it these numbers and the columns that hold them.
    private static string[] Masked(string[] lines) =>
        [.. lines
            .Where(line => !line.StartsWith("machine:", StringComparison.Ordinal))
            .Select(line => Spaces().Replace(Number().Replace(line, "#"), " "))];

    [GeneratedRegex(@"`\./run --batch ""(?<commands>[^""]+)""` prints:\n\n```\n(?<output>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Transcript();

    [GeneratedRegex(@"0x[0-9A-F]{8}|\b[0-9]+[KM]\b")]
    private static partial Regex Number();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
