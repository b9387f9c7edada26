using System.Text;
using Kilburn.Kernel.Terminal;
using Xunit;

namespace Kilburn.Kernel.Tests.Terminal;

public sealed class LineEditorTests
{
    private const string Up = "\e[A";
    private const string Down = "\e[B";
    private const string Right = "\e[C";
    private const string Left = "\e[D";
    private const string Home = "\e[H";
    private const string End = "\e[F";
    private const string Delete = "\e[3~";

    [Theory]
    [InlineData("map\r", "map")]
    [InlineData("map\n", "map")]
    [InlineData("mapp\b\r", "map")]
    [InlineData("mapp\x7f\r", "map")]
    [InlineData("\b\bmap\r", "map")]
    [InlineData("ap" + Home + "m\r", "map")]
    [InlineData("ap\x01m\r", "map")]
    [InlineData("mp" + Left + "a\r", "map")]
    [InlineData("mp" + Left + Left + Left + Right + "a\r", "map")]
    [InlineData("ma" + Home + End + "p\r", "map")]
    [InlineData("ap\x01m\x05 x\r", "map x")]
    [InlineData("xmap" + Home + Delete + "\r", "map")]
    [InlineData("xmap\x01\x04\r", "map")]
    [InlineData("map and more\x02\x02\x02\x02\x02\x02\x02\x02\x02\x0b\r", "map")]
    [InlineData("rubbish\x15map\r", "map")]
    [InlineData("rubbish\x03map\r", "map")]
    [InlineData("ma\x07p\t\r", "map")]
    [InlineData("m\eOHx" + "\r", "xm")]
    [InlineData("m\e[1~x\e[4~y\r", "xmy")]
    public void TryRead_Keys_EditTheLine(string keys, string expected) => Assert.Equal(expected, LastLine(keys, 1));

    [Theory]
    [InlineData("one\rtwo\r" + Up + "\r", "two")]
    [InlineData("one\rtwo\r" + Up + Up + "\r", "one")]
    [InlineData("one\rtwo\r" + Up + Up + Up + Up + "\r", "one")]
    [InlineData("one\rtwo\r" + Up + Up + Down + "\r", "two")]
    [InlineData("one\rtwo\r" + Up + Down + "x\r", "x")]
    [InlineData("one\rtwo\r" + Up + "\b\bry\r", "try")]
    [InlineData("one\rone\r" + Up + Up + "\r", "one")]
    [InlineData("one\r\r\x10\r", "one")]
    [InlineData("one\rtwo\r\x10\x10\x0e\r", "two")]
    public void TryRead_UpAndDown_CallLinesBack(string keys, string expected) =>
        Assert.Equal(expected, LastLine(keys, 3));

    [Fact]
    public void TryRead_MoreLinesThanAreKept_ForgetsTheOldest()
    {
        StringBuilder keys = new();
        for (int line = 0; line < LineHistory.Capacity + 3; line++)
        {
            keys.Append(line).Append('\r');
        }

        for (int up = 0; up < LineHistory.Capacity + 3; up++)
        {
            keys.Append(Up);
        }

        keys.Append('\r');
        Assert.Equal("3", LastLine(keys.ToString(), LineHistory.Capacity + 4));
    }

    [Fact]
    public void TryRead_LineTooLong_DropsTheRest()
    {
        string line = new('x', LineEditor.Capacity);

        Assert.Equal(line, LastLine(line + "yyy\r", 1));
    }

    [Fact]
    public void TryRead_InputEnds_SaysSo()
    {
        TextBoard board = new(new RecordingConsole("unfinished"));
        LineEditor editor = default;

        Assert.False(editor.TryRead(ref board, "> "u8));
    }

    [Fact]
    public void TryRead_TypedAtTheEnd_IsEchoedAsItIs()
    {
        RecordingConsole console = new("map\r");
        TextBoard board = new(console);
        LineEditor editor = default;

        Assert.True(editor.TryRead(ref board, "kilburn> "u8));
        Assert.Equal("kilburn> map\n", console.Output);
    }

    private static string LastLine(string keys, int lines)
    {
        TextBoard board = new(new RecordingConsole(keys));
        LineEditor editor = default;
        for (int line = 0; line < lines; line++)
        {
            Assert.True(editor.TryRead(ref board, "> "u8));
        }

        return Encoding.ASCII.GetString(editor.Line);
    }
}
