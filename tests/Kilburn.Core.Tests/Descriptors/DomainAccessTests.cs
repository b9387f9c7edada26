using Kilburn.Core.Descriptors;
using Xunit;

namespace Kilburn.Core.Tests.Descriptors;

public sealed class DomainAccessTests
{
    [Theory]
    [InlineData(DomainAccess.KernelOnly, 0, 1)]
    [InlineData(DomainAccess.KernelOnly, 1, 0)]
    [InlineData(DomainAccess.KernelAndUser, 1, 1)]
    [InlineData(0xC000_0002u, 15, 3)]
    [InlineData(0xC000_0002u, 14, 0)]
    [InlineData(0xC000_0002u, 0, 2)]
    public void Of_ADomain_IsItsTwoBits(uint domainAccessControl, uint domain, uint expected) =>
        Assert.Equal(expected, DomainAccess.Of(domainAccessControl, domain));
}
