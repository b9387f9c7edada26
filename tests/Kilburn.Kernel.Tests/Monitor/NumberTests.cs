using System.Text;
using CsCheck;
using Kilburn.Kernel.Monitor;
using Xunit;

namespace Kilburn.Kernel.Tests.Monitor;

public sealed class NumberTests
{
    [Theory]
    [InlineData("0", 0u)]
    [InlineData("31", 31u)]
    [InlineData("4294967295", uint.MaxValue)]
    [InlineData("0x0", 0u)]
    [InlineData("0X1f", 0x1Fu)]
    [InlineData("0xFFFFFFFF", uint.MaxValue)]
    [InlineData("0xFFFF_0000", 0xFFFF_0000u)]
    [InlineData("4K", 4096u)]
    [InlineData("4k", 4096u)]
    [InlineData("16M", 16u << 20)]
    [InlineData("4095M", 4095u << 20)]
    public void TryParse_Numbers_AreRead(string text, uint expected)
    {
        Assert.True(Number.TryParse(Encoding.ASCII.GetBytes(text), out uint value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("0x")]
    [InlineData("0xG")]
    [InlineData("0x123456789")]
    [InlineData("4294967296")]
    [InlineData("99999999999999999999")]
    [InlineData("4096M")]
    [InlineData("4194304K")]
    [InlineData("K")]
    [InlineData("-1")]
    [InlineData("1 2")]
    [InlineData("_")]
    public void TryParse_NoNumber_IsRefused(string text)
    {
        Assert.False(Number.TryParse(Encoding.ASCII.GetBytes(text), out uint value));
        Assert.Equal(0u, value);
    }

    [Fact]
    public void TryParse_AnyWord_ReadsWhatWasWritten() =>
        Gen.UInt.Sample(word =>
            Number.TryParse(Encoding.ASCII.GetBytes($"0x{word:X}"), out uint hex) && hex == word
            && Number.TryParse(Encoding.ASCII.GetBytes($"{word}"), out uint value) && value == word);
}
