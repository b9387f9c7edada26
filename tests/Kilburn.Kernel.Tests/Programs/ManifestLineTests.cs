using System;
using System.Collections.Generic;
using System.Text;
using Kilburn.Kernel.Programs;
using Xunit;

namespace Kilburn.Kernel.Tests.Programs;

public sealed class ManifestLineTests
{
    private static ReadOnlySpan<byte> Typical => """
        # remark: not a line

        hello: exited 0
        map-storm  1 2000 : exited 0
        null-read: ended, not mapped, read 0x00000000
        hello: exited 1
        """u8;

    [Fact]
    public void TryReadNext_TypicalManifest_GivesEachLine()
    {
        List<(string, string, string)> lines = [];
        ReadOnlySpan<byte> rest = Typical;
        while (ManifestLine.TryReadNext(ref rest, out ManifestLine line))
        {
            lines.Add((Text(line.Name), Text(line.Arguments), Text(line.Outcome)));
        }

        Assert.Equal(
            [
                ("hello", "", "exited 0"),
                ("map-storm", "1 2000", "exited 0"),
                ("null-read", "", "ended, not mapped, read 0x00000000"),
                ("hello", "", "exited 1"),
            ],
            lines);
    }

    [Theory]
    [InlineData("hello", "exited 0")]
    [InlineData("null-read", "ended, not mapped, read 0x00000000")]
    public void TryFind_NameOfALine_GivesTheFirst(string name, string outcome)
    {
        Assert.True(ManifestLine.TryFind(Typical, Encoding.ASCII.GetBytes(name), out ManifestLine line));
        Assert.Equal(outcome, Text(line.Outcome));
    }

    [Theory]
    [InlineData("hell")]
    [InlineData("#")]
    [InlineData("remark")]
    [InlineData("")]
    public void TryFind_NoSuchName_FindsNothing(string name)
    {
        Assert.False(ManifestLine.TryFind(Typical, Encoding.ASCII.GetBytes(name), out ManifestLine line));
        Assert.True(line.Outcome.IsEmpty);
    }

    private static string Text(ReadOnlySpan<byte> text) => Encoding.ASCII.GetString(text);
}
