using Kilburn.Core.Addresses;
using Kilburn.Model.Memory;

namespace Kilburn.Model.Translation;

/// <summary>Decodes short descriptors and walks tables as the manual says: the model's own reading of it.</summary>
/// <remarks>
/// <code>
///            31        20 19 18 17 16 15 14  12 11 10 9 8     5 4 3 2 1 0
/// fault      |                                                        0 0
/// table      | base[31:10]                            |  domain |0 NS P 0 1    P: PXN
/// section    | base      |NS| 0|nG| S|A2| TEX  | A1A0|  domain |XN C B 1 P
/// super      | base[31:24]|NS| 1|nG| S|A2| TEX  | A1A0|         |XN C B 1 P
///
///            31        16 15 14 12 11 10 9 8 6 5  4 3 2 1 0
/// large      | base      |XN| TEX |nG| S|A2|   |A1A0 C B 0 1
/// small      | base[31:12]         |nG| S|A2|TEX|A1A0 C B 1 XN
/// </code>
/// Source: ARM DDI 0406C.d, B3.5.1 (formats), B3.5.4 (TTBCR.N), B3.5.5 (walks), B3.7 (access control), B3.8 (attributes).
/// </remarks>
public static class TableWalker
{
    private const uint TypeMask = 3;
    private const uint TableType = 1;
    private const int FirstLevelShift = 20;
    private const int SecondLevelShift = 12;
    private const uint SecondLevelIndexMask = 0xFF;
    private const int WordShift = 2;

    private const uint TableBaseMask = 0xFFFF_FC00;
    private const uint TableKernelExecuteNever = 1u << 2;
    private const int DomainShift = 5;
    private const uint DomainMask = 0xF;

    private const uint SectionBaseMask = 0xFFF0_0000;
    private const uint SupersectionBaseMask = 0xFF00_0000;
    private const uint SupersectionBit = 1u << 18;
    private const uint SupersectionExtendedBase = 0x00F0_01E0; // PA[35:32] and PA[39:36]
    private const int SectionNotGlobalShift = 17;
    private const int SectionShareableShift = 16;
    private const int SectionAp2Shift = 15;
    private const int SectionTexShift = 12;
    private const int SectionAp10Shift = 10;
    private const int SectionExecuteNeverShift = 4;
    private const int SectionKernelExecuteNeverShift = 0;

    private const uint LargeBaseMask = 0xFFFF_0000;
    private const uint SmallBaseMask = 0xFFFF_F000;
    private const int LargeExecuteNeverShift = 15;
    private const int LargeTexShift = 12;
    private const int PageNotGlobalShift = 11;
    private const int PageShareableShift = 10;
    private const int PageAp2Shift = 9;
    private const int SmallTexShift = 6;
    private const int PageAp10Shift = 4;
    private const int SmallExecuteNeverShift = 0;
    private const int CacheableShift = 3;
    private const int BufferableShift = 2;
    private const uint TexMask = 7;
    private const uint Ap10Mask = 3;

    private const int OuterRemapShift = 16;       // NMRR.ORn
    private const int DeviceShareable0Shift = 16; // PRRR.DS0
    private const int NormalShareable0Shift = 18; // PRRR.NS0

    /// <summary>The index of the last of a group of 16 copies.</summary>
    internal const int Copies = 16;

    /// <summary>True for a first-level word that points to a second-level table.</summary>
    /// <param name="word">A first-level word.</param>
    public static bool IsTable(uint word) => (word & TypeMask) == TableType;

    /// <summary>True for a word of either level that is not a fault entry.</summary>
    /// <param name="word">A word of a table.</param>
    public static bool IsValid(uint word) => (word & TypeMask) != 0;

    /// <summary>The second-level table that a first-level word points to.</summary>
    /// <param name="word">One for which <see cref="IsTable"/> holds.</param>
    public static uint TableOf(uint word) => word & TableBaseMask;

    /// <summary>True for a supersection's word.</summary>
    /// <param name="word">A first-level word.</param>
    internal static bool IsSupersection(uint word) => (word & 2) != 0 && (word & SupersectionBit) != 0;

    /// <summary>True for a large page's word.</summary>
    /// <param name="word">A second-level word.</param>
    internal static bool IsLargePage(uint word) => (word & TypeMask) == TableType;

    /// <summary>Where the first-level word of an address lies.</summary>
    /// <param name="registers">The context.</param>
    /// <param name="address">Any virtual address.</param>
    internal static uint FirstLevelSlot(in TranslationRegisters registers, uint address)
    {
        bool isLower = (address & registers.UpperMask) == 0;
        uint table = isLower ? registers.Table0 : registers.Table1;
        return table + ((address >> FirstLevelShift) << WordShift);
    }

    /// <summary>Where the second-level word of an address lies.</summary>
    /// <param name="firstWord">A word for which <see cref="IsTable"/> holds.</param>
    /// <param name="address">Any virtual address.</param>
    internal static uint SecondLevelSlot(uint firstWord, uint address) =>
        TableOf(firstWord) + (((address >> SecondLevelShift) & SecondLevelIndexMask) << WordShift);

    /// <summary>Walks the tables as they are in memory.</summary>
    /// <param name="memory">Where the tables lie. Granules that are read are marked as walked.</param>
    /// <param name="registers">The context.</param>
    /// <param name="address">Any virtual address.</param>
    public static Walk Walk(PhysicalMemory memory, in TranslationRegisters registers, uint address)
    {
        if (!registers.IsMmuOn)
        {
            return new Walk(Flat(), 0, 0, 0, 0, 0);
        }

        bool isLower = (address & registers.UpperMask) == 0;
        if (isLower ? registers.AreLowerWalksOff : registers.AreUpperWalksOff)
        {
            return new Walk(Leaf.Refused(FaultCode.TranslationFirstLevel), 0, 0, 0, 0, 0);
        }

        uint firstAddress = FirstLevelSlot(registers, address);
        if (memory.KindOf(new PhysicalAddress(firstAddress)) != BankKind.Memory)
        {
            return new Walk(Leaf.Refused(FaultCode.ExternalOnFirstWalk), firstAddress, 0, 0, 0, 0);
        }

        GranuleMarks mark = isLower ? GranuleMarks.WalkedLower : GranuleMarks.WalkedUpper;
        memory.Granules[firstAddress >> PhysicalMemory.GranuleShift] |= mark;
        uint firstWord = memory.Word(firstAddress);
        if (!IsTable(firstWord))
        {
            return new Walk(DecodeFirst(firstWord, registers), firstAddress, firstWord, 0, 0, 1);
        }

        uint secondAddress = SecondLevelSlot(firstWord, address);
        byte domain = DomainOf(firstWord);
        if (memory.KindOf(new PhysicalAddress(secondAddress)) != BankKind.Memory)
        {
            Leaf refused = Leaf.Refused(FaultCode.ExternalOnSecondWalk, domain);
            return new Walk(refused, firstAddress, firstWord, secondAddress, 0, 1);
        }

        memory.Granules[secondAddress >> PhysicalMemory.GranuleShift] |= mark;
        uint secondWord = memory.Word(secondAddress);
        Leaf leaf = DecodeSecond(secondWord, firstWord, registers);
        return new Walk(leaf, firstAddress, firstWord, secondAddress, secondWord, 2);
    }

    /// <summary>Decodes a first-level word that is not a table pointer.</summary>
    /// <param name="word">A fault entry, section or supersection.</param>
    /// <param name="registers">For AFE, TRE, PRRR and NMRR.</param>
    public static Leaf DecodeFirst(uint word, in TranslationRegisters registers)
    {
        if ((word & 2) == 0)
        {
            return Leaf.Refused(FaultCode.TranslationFirstLevel);
        }

        bool isSupersection = (word & SupersectionBit) != 0;
        byte domain = isSupersection ? (byte)0 : DomainOf(word);
        if (isSupersection && (word & SupersectionExtendedBase) != 0)
        {
            return Leaf.Refused(FaultCode.External, domain); // beyond 4 GiB: nothing answers there
        }

        byte permission = Permission(word >> SectionAp2Shift, word >> SectionAp10Shift);
        if (registers.IsAccessFlagOn && (permission & 1) == 0)
        {
            return Leaf.Refused(FaultCode.AccessFlagFirstLevel, domain);
        }

        ExecuteNever never = ((word >> SectionExecuteNeverShift) & 1) != 0 ? ExecuteNever.All : ExecuteNever.None;
        never |= ((word >> SectionKernelExecuteNeverShift) & 1) != 0 ? ExecuteNever.Kernel : ExecuteNever.None;
        uint tex = (word >> SectionTexShift) & TexMask;
        return new Leaf(
            isSupersection ? MappingKind.Supersection : MappingKind.Section,
            FaultCode.None,
            word & (isSupersection ? SupersectionBaseMask : SectionBaseMask),
            domain,
            permission,
            never,
            ((word >> SectionNotGlobalShift) & 1) == 0,
            Attributes(tex, word, ((word >> SectionShareableShift) & 1) != 0, registers));
    }

    /// <summary>Decodes a second-level word.</summary>
    /// <param name="word">The word.</param>
    /// <param name="firstWord">The table pointer that led to it: domain and PXN.</param>
    /// <param name="registers">For AFE, TRE, PRRR and NMRR.</param>
    public static Leaf DecodeSecond(uint word, uint firstWord, in TranslationRegisters registers)
    {
        byte domain = DomainOf(firstWord);
        if ((word & TypeMask) == 0)
        {
            return Leaf.Refused(FaultCode.TranslationSecondLevel, domain);
        }

        byte permission = Permission(word >> PageAp2Shift, word >> PageAp10Shift);
        if (registers.IsAccessFlagOn && (permission & 1) == 0)
        {
            return Leaf.Refused(FaultCode.AccessFlagSecondLevel, domain);
        }

        bool isLarge = (word & TypeMask) == TableType;
        uint tex = (word >> (isLarge ? LargeTexShift : SmallTexShift)) & TexMask;
        int executeNeverShift = isLarge ? LargeExecuteNeverShift : SmallExecuteNeverShift;
        ExecuteNever never = ((word >> executeNeverShift) & 1) != 0 ? ExecuteNever.All : ExecuteNever.None;
        never |= (firstWord & TableKernelExecuteNever) != 0 ? ExecuteNever.Kernel : ExecuteNever.None;
        return new Leaf(
            isLarge ? MappingKind.LargePage : MappingKind.SmallPage,
            FaultCode.None,
            word & (isLarge ? LargeBaseMask : SmallBaseMask),
            domain,
            permission,
            never,
            ((word >> PageNotGlobalShift) & 1) == 0,
            Attributes(tex, word, ((word >> PageShareableShift) & 1) != 0, registers));
    }

    /// <summary>Checks domain and permissions. DACR is read at each access: no TLB holds it.</summary>
    /// <param name="leaf">A translation, or the reason that there is none.</param>
    /// <param name="domainAccess">DACR.</param>
    /// <param name="isAccessFlagOn">SCTLR.AFE.</param>
    /// <param name="kind">What is done.</param>
    /// <param name="privilege">By whom.</param>
    /// <returns>The fault, or <see cref="FaultCode.None"/>. Source: ARM DDI 0406C.d, B3.7, B3.12.3 (their order).</returns>
    public static FaultCode Check(
        in Leaf leaf, uint domainAccess, bool isAccessFlagOn, AccessKind kind, Privilege privilege)
    {
        const uint NoAccess = 0;
        const uint Client = 1;
        const uint Manager = 3;
        if (!leaf.IsHoldable)
        {
            return leaf.Fault;
        }

        if (leaf.Kind == MappingKind.Flat)
        {
            return FaultCode.None;
        }

        switch ((domainAccess >> (leaf.Domain * 2)) & 3)
        {
            case Manager:
                return FaultCode.None;
            case Client:
                break;
            case NoAccess:
            default:
                // 0b10 is reserved; the strictest reading denies.
                return leaf.IsFirstLevel ? FaultCode.DomainFirstLevel : FaultCode.DomainSecondLevel;
        }

        bool mayRead;
        bool mayWrite;
        bool isKernel = privilege == Privilege.Kernel;
        byte permission = isAccessFlagOn ? (byte)(leaf.Permission | 1) : leaf.Permission;
        switch (permission)
        {
            case 0b001:
                mayRead = isKernel;
                mayWrite = isKernel;
                break;
            case 0b010:
                mayRead = true;
                mayWrite = isKernel;
                break;
            case 0b011:
                mayRead = true;
                mayWrite = true;
                break;
            case 0b101:
                mayRead = isKernel;
                mayWrite = false;
                break;
            case 0b110:
            case 0b111:
                mayRead = true;
                mayWrite = false;
                break;
            default:
                mayRead = false;
                mayWrite = false;
                break;
        }

        ExecuteNever forbidden = isKernel ? ExecuteNever.All | ExecuteNever.Kernel : ExecuteNever.All;
        bool isAllowed = kind switch
        {
            AccessKind.Read => mayRead,
            AccessKind.Write => mayWrite,
            _ => mayRead && (leaf.Never & forbidden) == 0,
        };
        if (isAllowed)
        {
            return FaultCode.None;
        }

        return leaf.IsFirstLevel ? FaultCode.PermissionFirstLevel : FaultCode.PermissionSecondLevel;
    }

    private static Leaf Flat() => new(
        MappingKind.Flat,
        FaultCode.None,
        0,
        0,
        0b011,
        ExecuteNever.None,
        true,
        new MemoryAttributes(MemoryKind.StronglyOrdered, Cacheability.None, Cacheability.None, true));

    private static byte DomainOf(uint firstWord) => (byte)((firstWord >> DomainShift) & DomainMask);

    private static byte Permission(uint ap2, uint ap10) => (byte)(((ap2 & 1) << 2) | (ap10 & Ap10Mask));

    private static MemoryAttributes Attributes(uint tex, uint word, bool isShareable, in TranslationRegisters registers)
    {
        uint c = (word >> CacheableShift) & 1;
        uint b = (word >> BufferableShift) & 1;
        return registers.IsTexRemapOn
            ? Remapped((int)(((tex & 1) << 2) | (c << 1) | b), isShareable, registers)
            : Classic(tex, (c << 1) | b, isShareable);
    }

    // B3.8.3: TEX[0], C and B choose one of eight lines of PRRR and NMRR; the S bit chooses between two of PRRR's last bits.
    private static MemoryAttributes Remapped(int index, bool isShareable, in TranslationRegisters registers)
    {
        uint primary = registers.PrimaryRemap;
        MemoryKind kind = (MemoryKind)((primary >> (2 * index)) & 3);
        if (kind != MemoryKind.Normal)
        {
            bool isDeviceShareable = kind != MemoryKind.Device
                || ((primary >> (DeviceShareable0Shift + (isShareable ? 1 : 0))) & 1) != 0;
            return new MemoryAttributes(kind, Cacheability.None, Cacheability.None, isDeviceShareable);
        }

        Cacheability inner = (Cacheability)((registers.NormalRemap >> (2 * index)) & 3);
        Cacheability outer = (Cacheability)((registers.NormalRemap >> (OuterRemapShift + (2 * index))) & 3);
        bool isNormalShareable = ((primary >> (NormalShareable0Shift + (isShareable ? 1 : 0))) & 1) != 0;
        return new MemoryAttributes(kind, inner, outer, isNormalShareable);
    }

    // B3.8.2.
    private static MemoryAttributes Classic(uint tex, uint cb, bool isShareable)
    {
        const uint CachedBit = 4;
        if ((tex & CachedBit) != 0)
        {
            return new MemoryAttributes(MemoryKind.Normal, (Cacheability)cb, (Cacheability)(tex & 3), isShareable);
        }

        return ((tex << 2) | cb) switch
        {
            0b00000 => new MemoryAttributes(MemoryKind.StronglyOrdered, Cacheability.None, Cacheability.None, true),
            0b00001 => new MemoryAttributes(MemoryKind.Device, Cacheability.None, Cacheability.None, true),
            0b00010 => new MemoryAttributes(
                MemoryKind.Normal, Cacheability.WriteThrough, Cacheability.WriteThrough, isShareable),
            0b00011 => new MemoryAttributes(MemoryKind.Normal, Cacheability.WriteBack, Cacheability.WriteBack, isShareable),
            0b00100 => new MemoryAttributes(MemoryKind.Normal, Cacheability.None, Cacheability.None, isShareable),
            0b00111 => new MemoryAttributes(
                MemoryKind.Normal,
                Cacheability.WriteBackWriteAllocate,
                Cacheability.WriteBackWriteAllocate,
                isShareable),
            0b01000 => new MemoryAttributes(MemoryKind.Device, Cacheability.None, Cacheability.None, false),
            _ => new MemoryAttributes(MemoryKind.Reserved, Cacheability.None, Cacheability.None, true),
        };
    }
}
