using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Xunit;

namespace Kilburn.Core.Tests.Descriptors;

public sealed class TranslationControlTests
{
    [Fact]
    public void TableBase_ATable_IsItsAddressWithTheWalkAttributes() =>
        Assert.Equal(0x0123_806Au, TranslationControl.TableBase(new PhysicalAddress(0x0123_8000)));

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(TranslationControl.HalfSplit | TranslationControl.NoUserWalks, 1u)]
    [InlineData(0x37u, 7u)]
    public void SplitOf_AControl_IsItsLowThreeBits(uint control, uint expected) =>
        Assert.Equal(expected, TranslationControl.SplitOf(control));
}
