using Kilburn.Core.Descriptors;
using Xunit;

namespace Kilburn.Core.Tests.Descriptors;

public sealed class MemoryRemapTests
{
    [Fact]
    public void Primary_AsTheManualLaysItOut_IsTheWordThatTheBootCodeWrites() => Assert.Equal(0x0C0B_00A4u, MemoryRemap.Primary);

    [Fact]
    public void Normal_AsTheManualLaysItOut_IsTheWordThatTheBootCodeWrites() => Assert.Equal(0x0040_0040u, MemoryRemap.Normal);

    [Fact]
    public void WalkAttributes_WriteBackInnerShareable_IsTheWordThatTheBootCodeWrites() =>
        Assert.Equal(0x6Au, TranslationControl.WalkAttributes);
}
