using Kilburn.Core.Addresses;
using Kilburn.Core.Tables;
using Xunit;

namespace Kilburn.Core.Tests.Tables;

public sealed class TranslationContextTests
{
    // The base of TTBR0's table has 14 - N address bits less, that of TTBR1's always 14: the rest are attributes.
    [Theory]
    [InlineData(0u, 0x0000_0000u, 0x0012_0000u)]
    [InlineData(1u, 0x0000_0000u, 0x0012_2000u)]
    [InlineData(2u, 0x0000_0000u, 0x0012_3000u)]
    [InlineData(1u, 0x8000_0000u, 0x0024_2000u)]
    [InlineData(2u, 0x4000_0000u, 0x0024_1000u)]
    public void TryFindEntry_BaseWithLowBits_TakesTheTablesAddressBits(uint control, uint address, uint expected)
    {
        TranslationContext context = new(0x0012_306A, 0x0024_306A, control, 0);
        Assert.True(context.TryFindEntry(new VirtualAddress(address), out PhysicalAddress entry));
        Assert.Equal(expected, entry.Value);
    }

    [Theory]
    [InlineData(0x11u, 0x0000_0000u, false)]
    [InlineData(0x11u, 0x8000_0000u, true)]
    [InlineData(0x21u, 0x0000_0000u, true)]
    [InlineData(0x21u, 0x8000_0000u, false)]
    public void TryFindEntry_WalksOfOneHalfOff_FindsNoneThere(uint control, uint address, bool expected)
    {
        TranslationContext context = new(0x0010_006A, 0x0020_006A, control, 0);
        Assert.Equal(expected, context.TryFindEntry(new VirtualAddress(address), out PhysicalAddress entry));
        Assert.Equal(expected, entry.Value != 0);
    }
}
