using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;

namespace Kilburn.Core.Tables;

/// <summary>A walk in software: the steps it took, and the mapping that it found.</summary>
/// <remarks>
/// Reads the tables as they stand in memory; what a TLB still holds is another matter. Takes no lock: the caller holds the one of
/// the tables, or lives with a mapping that changes under it. Source: ARM DDI 0406C.d, B3.5.
/// </remarks>
public struct TableWalk
{
    private const uint AccessFlag = 1;
    private const uint UserBit = 2;
    private const uint ReadOnlyBit = 4;
    private const uint DomainManager = 3;
    private const uint DomainNoAccess = 0;
    private const uint DomainReserved = 2;

    /// <summary>The address asked for.</summary>
    public VirtualAddress Address;

    /// <summary>Where the first-level descriptor lies, when there was one to read.</summary>
    public PhysicalAddress FirstLevelAddress;

    /// <summary>The first-level descriptor; zero when walks are off.</summary>
    public FirstLevelEntry FirstLevel;

    /// <summary>Where the second-level descriptor lies, for a first level of the page-table form.</summary>
    public PhysicalAddress SecondLevelAddress;

    /// <summary>The second-level descriptor, for a first level of the page-table form.</summary>
    public SecondLevelEntry SecondLevel;

    /// <summary>The mapping, when <see cref="IsMapped"/>.</summary>
    public Mapping Mapping;

    /// <summary>True when a live descriptor was found, whatever its rights.</summary>
    public bool IsMapped;

    /// <summary>True when walks of the address's half are on.</summary>
    public bool WasWalked;

    /// <summary>True when the walk read a second-level descriptor.</summary>
    public readonly bool HasSecondLevel => FirstLevel.IsPageTable;

    /// <summary>The byte that the address leads to. <see cref="IsMapped"/> must be true.</summary>
    public readonly PhysicalAddress Physical =>
        Mapping.Frame.Add(Address.Value & (Mapping.LengthInBytes - 1));

    /// <summary>Walks an address.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="context">The registers to start from.</param>
    /// <param name="address">Any address.</param>
    public static TableWalk Of<TMachine>(ref TMachine machine, in TranslationContext context, VirtualAddress address)
        where TMachine : struct, IMachine
    {
        TableWalk walk = default;
        walk.Address = address;
        walk.WasWalked = context.TryFindEntry(address, out walk.FirstLevelAddress);
        if (!walk.WasWalked)
        {
            return walk;
        }

        walk.FirstLevel = new FirstLevelEntry(machine.ReadWord(walk.FirstLevelAddress));
        switch (walk.FirstLevel.Kind)
        {
            case FirstLevelKind.PageTable:
                walk.SecondLevelAddress = SecondLevelTable.EntryOf(walk.FirstLevel.PageTable.Table, address);
                walk.SecondLevel = new SecondLevelEntry(machine.ReadWord(walk.SecondLevelAddress));
                walk.IsMapped = Mapping.TryDecode(walk.FirstLevel.PageTable, walk.SecondLevel, out walk.Mapping);
                break;
            case FirstLevelKind.Section:
                walk.Mapping = Mapping.Of(walk.FirstLevel.Section);
                walk.IsMapped = true;
                break;
            case FirstLevelKind.Supersection:
                walk.Mapping = Mapping.Of(walk.FirstLevel.Supersection);
                walk.IsMapped = true;
                break;
            default:
                break;
        }

        return walk;
    }

    /// <summary>What the MMU would answer to an access, in its order: translation, access flag, domain, permission.</summary>
    /// <param name="access">By whom, and for what.</param>
    /// <param name="domainAccess">DACR.</param>
    /// <remarks>With SCTLR.AFE = 1. Source: ARM DDI 0406C.d, B3.12.3 (order of checks), B3.7.1.</remarks>
    public readonly FaultStatus Check(TranslationAccess access, uint domainAccess)
    {
        if (!IsMapped)
        {
            return HasSecondLevel ? FaultStatus.TranslationSecondLevel : FaultStatus.TranslationFirstLevel;
        }

        uint rights = (uint)Mapping.Access;
        if ((rights & AccessFlag) == 0)
        {
            return HasSecondLevel ? FaultStatus.AccessFlagSecondLevel : FaultStatus.AccessFlagFirstLevel;
        }

        uint domain = DomainAccess.Of(domainAccess, Mapping.Domain);
        if (domain is DomainNoAccess or DomainReserved)
        {
            return HasSecondLevel ? FaultStatus.DomainSecondLevel : FaultStatus.DomainFirstLevel;
        }

        bool isUser = access is TranslationAccess.UserRead or TranslationAccess.UserWrite;
        bool isWrite = access is TranslationAccess.KernelWrite or TranslationAccess.UserWrite;
        bool isDenied = (isUser && (rights & UserBit) == 0) || (isWrite && (rights & ReadOnlyBit) != 0);
        if (domain != DomainManager && isDenied)
        {
            return HasSecondLevel ? FaultStatus.PermissionSecondLevel : FaultStatus.PermissionFirstLevel;
        }

        return FaultStatus.None;
    }
}
