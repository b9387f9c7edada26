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

    [Theory]
    [InlineData("p: exited 0", "exited 0", true)]
    [InlineData("p: exited 0", "exited 01", false)]
    [InlineData("p: exited 0", "exited ", false)]
    [InlineData("p: ended, out of memory, write 0x*", "ended, out of memory, write 0x12345678", true)]
    [InlineData("p: ended, out of memory, write 0x*", "ended, out of memory, write 0x", true)]
    [InlineData("p: ended, out of memory, write 0x*", "ended, out of memory, read 0x12345678", false)]
    [InlineData("p: ended, out of memory, write 0x*", "ended", false)]
    [InlineData("p: *", "", true)]
    [InlineData("p:", "", true)]
    [InlineData("p:", "exited 0", false)]
    public void Expects_AnyOutcome_IsHeldAgainstTheLine(string manifest, string outcome, bool expected)
    {
        Assert.True(ManifestLine.TryFind(Encoding.ASCII.GetBytes(manifest), "p"u8, out ManifestLine line));
        Assert.Equal(expected, line.Expects(Encoding.ASCII.GetBytes(outcome)));
    }

    private static string Text(ReadOnlySpan<byte> text) => Encoding.ASCII.GetString(text);
}
