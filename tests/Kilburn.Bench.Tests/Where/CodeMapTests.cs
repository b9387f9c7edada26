using Kilburn.Bench.Where;
using Xunit;

namespace Kilburn.Bench.Tests.Where;

public sealed class CodeMapTests
{
    private static readonly CodeMap s_map = new(
    [
        new("Kilburn_Core_Pages__Take", 0x8000_1000, 0x20),
        new("arm_pop", 0x8000_1020, 0),
        new("boot_vectors", 0x8000_2000, 0x40),
        new("vector_data", 0x8000_2040, 0x40),
        new("user_start", 0x0001_0000, 10),
        new("alias", 0x8000_1000, 0),
    ]);

    [Theory]
    [InlineData(0x8000_1000, "Pages.Take")]
    [InlineData(0x8000_101E, "Pages.Take")]
    [InlineData(0x8000_1020, "arm_pop")]
    [InlineData(0x8000_1FFE, "arm_pop")]
    [InlineData(0xFFFF_0010, "boot_vectors")]
    [InlineData(0xFFFF_0044, "vector_data")]
    [InlineData(0x0001_0008, "user_start")]
    [InlineData(0x0001_000A, "(no symbol)")]
    [InlineData(0x8000_2080, "(no symbol)")]
    public void IndexAt_Address_NamesTheFunctionThatCoversIt(uint address, string expected) =>
        Assert.Equal(expected, s_map.Names[s_map.IndexAt(address)]);

    [Fact]
    public void ReadSymbols_NoSuchFile_SaysSo() =>
        Assert.Contains("missing.elf", Assert.Throws<BenchException>(() => CodeMap.ReadSymbols("missing.elf")).Message);
}
