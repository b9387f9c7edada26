using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Tables;
using Xunit;

namespace Kilburn.Core.Tests.Tables;

public sealed class TranslationAnswerTests
{
    [Theory]
    [InlineData(0x8123_4000u, 0xC765_4321u, 0x8123_4321u)]
    [InlineData(0x8123_4FFCu, 0xC765_4321u, 0x8123_4321u)] // attributes in bits 11 to 2
    [InlineData(0x8100_0002u, 0xC765_4321u, 0x8165_4321u)] // a supersection
    public void Physical_OfAnAnswer_IsItsFrameAndTheAddresssOffset(uint register, uint address, uint expected)
    {
        TranslationAnswer answer = new(register, new VirtualAddress(address));
        Assert.Equal(FaultStatus.None, answer.Status);
        Assert.Equal(expected, answer.Physical.Value);
    }

    [Theory]
    [InlineData(0x0Bu, FaultStatus.TranslationFirstLevel)]
    [InlineData(0x1Fu, FaultStatus.PermissionSecondLevel)]
    [InlineData(0x2Du, FaultStatus.AsynchronousExternal)]
    [InlineData(0x4Bu, FaultStatus.TranslationFirstLevel)] // bit 6 is not of the status
    public void Status_OfARefusal_IsTheFaultStatus(uint register, FaultStatus expected) =>
        Assert.Equal(expected, new TranslationAnswer(register, default).Status);
}
