namespace Kilburn.Core.Descriptors;

/// <summary>Values of DACR, two bits per domain: 0 no access, 1 client. Source: ARM DDI 0406C.d, B4.1.43.</summary>
public static class DomainAccess
{
    private const uint Client = 1;
    private const int BitsPerDomain = 2;

    /// <summary>Kernel mappings only: what the kernel runs with.</summary>
    public const uint KernelOnly = Client << (BitsPerDomain * (int)Domain.Kernel);

    /// <summary>User mappings too: in routines that copy from and to user memory, and in user mode.</summary>
    public const uint KernelAndUser = KernelOnly | (Client << (BitsPerDomain * (int)Domain.User));

    /// <summary>The two bits of a domain.</summary>
    /// <param name="domainAccessControl">A value of DACR.</param>
    /// <param name="domain">0 to 15.</param>
    public static uint Of(uint domainAccessControl, uint domain) => (domainAccessControl >> (int)(domain * BitsPerDomain)) & 3;
}
