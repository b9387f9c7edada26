using CsCheck;
using Kilburn.Kernel.Terminal;
using Xunit;

namespace Kilburn.Kernel.Tests.Terminal;

public sealed class BoardTextTests
{
    private delegate void Writer(ref TextBoard board);

    [Fact]
    public void WriteDecimal_AnyNumber_IsWhatDotNetWrites() =>
        Gen.UInt.Sample(value => Written((ref TextBoard board) => board.WriteDecimal(value)) == $"{value}");

    [Theory]
    [InlineData(0u, "0")]
    [InlineData(9u, "9")]
    [InlineData(10u, "10")]
    [InlineData(uint.MaxValue, "4294967295")]
    public void WriteDecimal_Edges_AreExact(uint value, string expected) =>
        Assert.Equal(expected, Written((ref TextBoard board) => board.WriteDecimal(value)));

    [Fact]
    public void WriteHex_AnyWord_HasEightDigits() =>
        Gen.UInt.Sample(value => Written((ref TextBoard board) => board.WriteHex(value)) == $"0x{value:X8}");

    [Theory]
    [InlineData(0u, "     0")]
    [InlineData(100u, "   100")]
    [InlineData(4096u, "    4K")]
    [InlineData(0x3C00_0000u, "  960M")]
    [InlineData(0x8000_0000u, "    2G")]
    [InlineData(5000u << 10, " 5000K")]
    public void WriteSize_Lengths_UseTheLargestUnitThatDivides(uint length, string expected) =>
        Assert.Equal(expected, Written((ref TextBoard board) => board.WriteSize(length, 6)));

    [Fact]
    public void WriteDecimalZeroes_ShortNumber_IsPadded() =>
        Assert.Equal("07/31", Written((ref TextBoard board) =>
        {
            board.WriteDecimalZeroes(7, 2);
            board.WriteByte((byte)'/');
            board.WriteDecimalZeroes(31, 2);
        }));

    private static string Written(Writer writer)
    {
        RecordingConsole console = new();
        TextBoard board = new(console);
        writer(ref board);
        return console.Output;
    }
}
