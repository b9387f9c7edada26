using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Benchmarks;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.SelfTests;

/// <summary>
/// Random tables, walked in software (<see cref="TableWalk"/>) and by the machine's own MMU (ATS1CPR, ATS1CPW, ATS1CUR, ATS1CUW):
/// address and fault must be the same.
/// </summary>
/// <remarks>
/// The tables are a space's, filled while no space is active and after all its TLB entries are gone, so that no live entry is ever
/// changed. What is accessed through them is what the walk says will be refused: status and address of the fault must be the walk's.
/// A digest of all answers tells whether two machines gave the same. Second-level pointers stay in memory. Words are random within the form: rights,
/// domain, access flag, type and scope take all values; supersections and large pages are written to all of their 16 entries.
/// Where two faults apply at once their order is not asked for: the architecture has translation, access flag, domain, permission,
/// but QEMU 7.2 looks at a closed domain before the second level and before the access flag, and lets a manager past the latter.
/// Source: ARM DDI 0406C.d, B3.5.1, B3.12.3, B4.2.4.
/// </remarks>
public static class MmuComparison
{
    private const int SecondLevelTables = 4;
    private const int FirstLevelSlots = 16;
    private const int SecondLevelSlots = 8;
    private const uint EntriesOfLargeBlock = 16;
    private const uint BlockGroups = FirstLevelTable.UserEntryCount / EntriesOfLargeBlock / FirstLevelSlots;
    private const uint PageGroups = SecondLevelTable.EntryCount / EntriesOfLargeBlock / SecondLevelSlots;

    private const uint PageTableFixed = (1u << 9) | (1u << 4) | (1u << 3) | (1u << 1); // zero, and secure
    private const uint TableMask = ~(SecondLevelTable.LengthInBytes - 1);
    private const uint BlockZero = (1u << 19) | (1u << 9);
    private const uint SupersectionBit = 1u << 18;
    private const uint BlockTypeBit = 1u << 1;
    private const uint SupersectionExtension = (15u << 20) | (15u << 5);
    private const uint LargeZero = (7u << 6) | (1u << 1);
    private const uint LargeTypeBit = 1u << 0;
    private const uint SmallTypeBit = 1u << 1;
    private const uint AccessFlag = 1; // AP[0]
    private const uint DomainClosed = 0;
    private const uint DomainClient = 1;
    private const uint DomainManager = 3;
    private const int BitsPerDomain = 2;
    private const uint FirstFreeDomain = 1; // domain 0 is the kernel's, which this code runs in
    private const uint DomainCount = 16;
    private const uint WordInBytes = 4;

    /// <summary>Compares.</summary>
    /// <param name="session">What it works on. No space is active, before and afterwards.</param>
    /// <param name="tables">How many random tables.</param>
    /// <param name="seed">Where the random numbers begin; not 0.</param>
    /// <param name="tally">What it came to.</param>
    /// <returns>Why it could not be done, or <see cref="VmStatus.Ok"/>.</returns>
    public static VmStatus TryRun<TInner, TBoard>(
        in Session<TInner, TBoard> session, uint tables, uint seed, out MmuTally tally)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        tally = default;
        VmStatus status = session.Memory.Spaces.TryCreate(
            ref session.Machine, ref session.Memory.Frames, out AddressSpace space);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        TableSet second = default;
        int taken = 0;
        while (taken < SecondLevelTables && status == VmStatus.Ok)
        {
            status = session.Memory.Frames.TryAllocateSecondLevelTable(ref session.Machine, out second[taken]);
            taken += status == VmStatus.Ok ? 1 : 0;
        }

        if (status == VmStatus.Ok)
        {
            RandomSequence random = new(seed);
            while (tally.Tables < tables)
            {
                status = TryRound(in session, space, in second, ref random, ref tally);
                tally.Tables++;
                if (status != VmStatus.Ok)
                {
                    break;
                }
            }

            Empty(in session, space);
        }

        for (int index = 0; index < taken; index++)
        {
            // Taken above, and nobody else's.
            _ = session.Memory.Frames.TryFreeSecondLevelTable(ref session.Machine, second[index]);
        }

        VmStatus ended = session.Memory.Spaces.TryDestroy(ref session.Machine, ref session.Memory.Frames, space);
        return status == VmStatus.Ok ? ended : status;
    }

    /// <summary>Prints a tally, a line for each kind of answer.</summary>
    /// <param name="board">The board.</param>
    /// <param name="tally">The tally.</param>
    public static void Write<TBoard>(ref TBoard board, in MmuTally tally)
        where TBoard : struct, IBoard
    {
        board.Write("mmu: "u8);
        board.WriteDecimal(tally.Tables);
        board.Write(" tables, "u8);
        board.WriteDecimal(tally.Queries);
        board.Write(" queries, "u8);
        board.WriteDecimal(tally.Disagreements);
        board.WriteLine(" disagreements"u8);
        board.Write("mmu: "u8);
        board.WriteDecimal(tally.RefusedAccesses);
        board.Write(" accesses refused, answers "u8);
        board.WriteHex(tally.Digest);
        board.EndLine();
        WriteKind(ref board, in tally, FaultStatus.None);
        WriteKind(ref board, in tally, FaultStatus.TranslationFirstLevel);
        WriteKind(ref board, in tally, FaultStatus.TranslationSecondLevel);
        WriteKind(ref board, in tally, FaultStatus.AccessFlagFirstLevel);
        WriteKind(ref board, in tally, FaultStatus.AccessFlagSecondLevel);
        WriteKind(ref board, in tally, FaultStatus.DomainFirstLevel);
        WriteKind(ref board, in tally, FaultStatus.DomainSecondLevel);
        WriteKind(ref board, in tally, FaultStatus.PermissionFirstLevel);
        WriteKind(ref board, in tally, FaultStatus.PermissionSecondLevel);
    }

    /// <summary>Asks that nothing differed and that every kind of answer came.</summary>
    /// <param name="tally">The tally.</param>
    /// <param name="check">Gets what is wrong.</param>
    internal static void Judge(in MmuTally tally, ref Check check)
    {
        check.That(tally.Disagreements == 0, "MMU and walk differ, first at"u8, tally.FirstDisagreement);
        check.That(tally.RefusedAccesses != 0, "no access was refused"u8);
        check.That(tally.CountOf(FaultStatus.None) != 0, "no address was translated"u8);
        check.That(tally.CountOf(FaultStatus.TranslationFirstLevel) != 0, "no translation fault, first level"u8);
        check.That(tally.CountOf(FaultStatus.TranslationSecondLevel) != 0, "no translation fault, second level"u8);
        check.That(tally.CountOf(FaultStatus.AccessFlagFirstLevel) != 0, "no access flag fault, first level"u8);
        check.That(tally.CountOf(FaultStatus.AccessFlagSecondLevel) != 0, "no access flag fault, second level"u8);
        check.That(tally.CountOf(FaultStatus.DomainFirstLevel) != 0, "no domain fault, first level"u8);
        check.That(tally.CountOf(FaultStatus.DomainSecondLevel) != 0, "no domain fault, second level"u8);
        check.That(tally.CountOf(FaultStatus.PermissionFirstLevel) != 0, "no permission fault, first level"u8);
        check.That(tally.CountOf(FaultStatus.PermissionSecondLevel) != 0, "no permission fault, second level"u8);
    }

    private static void WriteKind<TBoard>(ref TBoard board, in MmuTally tally, FaultStatus status)
        where TBoard : struct, IBoard
    {
        board.Write("mmu: "u8);
        board.WriteDecimalRight(tally.CountOf(status), 8);
        board.Write(" answers: "u8);
        board.Write(status == FaultStatus.None ? "translated"u8 : FaultText.KindOf(status));
        board.WriteLine(FaultText.LevelOf(status));
    }

    private static VmStatus TryRound<TInner, TBoard>(
        in Session<TInner, TBoard> session,
        AddressSpace space,
        in TableSet second,
        ref RandomSequence random,
        ref MmuTally tally)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        Empty(in session, space);
        space.ReadState(ref session.Machine, out AddressSpaceState state);
        PlaceSet places = default;
        for (int index = 0; index < SecondLevelTables; index++)
        {
            FillSecondLevel(in session, second[index], ref random);
        }

        for (int index = 0; index < FirstLevelSlots; index++)
        {
            places[index] = FillFirstLevel(in session, state.Table, (uint)index, in second, ref random);
        }

        session.Machine.Synchronize();
        VmStatus status = session.Memory.Spaces.TryActivate(ref session.Machine, space);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        uint domains = session.Machine.ReadRegister(SystemRegister.DomainAccessControl);
        session.Machine.WriteRegister(SystemRegister.DomainAccessControl, RandomDomains(ref random));
        session.Machine.SynchronizeContext();
        TranslationContext context = TranslationContext.Read(ref session.Machine);
        for (int index = 0; index < FirstLevelSlots; index++)
        {
            Ask(in session, in context, places[index] << PageSize.SectionShift, ref random, ref tally);
        }

        session.Machine.WriteRegister(SystemRegister.DomainAccessControl, domains);
        session.Machine.SynchronizeContext();
        return VmStatus.Ok;
    }

    /// <summary>Leaves the space, and makes its first-level table and the TLBs forget all of it.</summary>
    private static void Empty<TInner, TBoard>(in Session<TInner, TBoard> session, AddressSpace space)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        session.Memory.Spaces.Leave(ref session.Machine);
        space.ReadState(ref session.Machine, out AddressSpaceState state);
        session.Machine.Clear(state.Table, FirstLevelTable.UserLengthInBytes);
        if (!TInner.WalksAreCoherent)
        {
            session.Machine.CleanToUnification(state.Table, FirstLevelTable.UserLengthInBytes);
        }

        session.Machine.SynchronizeData();
        session.Machine.InvalidateTlbs();
        session.Machine.Synchronize();
    }

    private static void FillSecondLevel<TInner, TBoard>(
        in Session<TInner, TBoard> session, PhysicalAddress table, ref RandomSequence random)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        session.Machine.Clear(table, SecondLevelTable.LengthInBytes);
        for (uint slot = 0; slot < SecondLevelSlots; slot++)
        {
            uint index = RandomIndex(slot, PageGroups, ref random);
            uint word = RandomWord(ref random);
            if ((word & 1) != 0)
            {
                WriteEntry(in session, table, index, word | SmallTypeBit);
                continue;
            }

            uint first = index & ~(EntriesOfLargeBlock - 1);
            for (uint entry = first; entry < first + EntriesOfLargeBlock; entry++)
            {
                WriteEntry(in session, table, entry, (word & ~LargeZero) | LargeTypeBit);
            }
        }
    }

    private static uint FillFirstLevel<TInner, TBoard>(
        in Session<TInner, TBoard> session,
        PhysicalAddress table,
        uint slot,
        in TableSet second,
        ref RandomSequence random)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint mib = RandomIndex(slot, BlockGroups, ref random);
        uint word = RandomWord(ref random);
        switch (random.Below(4))
        {
            case 0:
                WriteEntry(in session, table, mib, 0);
                break;
            case 1:
                WriteEntry(in session, table, mib, (word & ~(BlockZero | SupersectionBit)) | BlockTypeBit);
                break;
            case 2:
                word = (word & ~(BlockZero | SupersectionExtension)) | SupersectionBit | BlockTypeBit;
                uint first = mib & ~(EntriesOfLargeBlock - 1);
                for (uint entry = first; entry < first + EntriesOfLargeBlock; entry++)
                {
                    WriteEntry(in session, table, entry, word);
                }

                break;
            default:
                uint link = second[(int)random.Below(SecondLevelTables)].Value;
                WriteEntry(in session, table, mib, link | (word & ~(TableMask | PageTableFixed)) | 1);
                break;
        }

        return mib;
    }

    private static void Ask<TInner, TBoard>(
        in Session<TInner, TBoard> session,
        in TranslationContext context,
        uint start,
        ref RandomSequence random,
        ref MmuTally tally)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        TableWalk first = TableWalk.Of(ref session.Machine, in context, new VirtualAddress(start));
        for (int query = 0; query < SecondLevelSlots; query++)
        {
            uint page = first.HasSecondLevel
                ? FindPage(in session, in first, ref random)
                : random.Below(SecondLevelTable.EntryCount);
            VirtualAddress address = new(start + (page << PageSize.SmallShift) + random.Below(PageSize.Small));
            TableWalk walk = TableWalk.Of(ref session.Machine, in context, address);
            if (DependsOnOrder(in walk, context.DomainAccess))
            {
                continue;
            }

            for (TranslationAccess access = TranslationAccess.KernelRead; access <= TranslationAccess.UserWrite; access++)
            {
                TranslationAnswer answer = TranslationAnswer.Ask(ref session.Machine, address, access);
                FaultStatus expected = walk.Check(access, context.DomainAccess);
                bool isSame = answer.Status == expected
                    && (expected != FaultStatus.None || answer.Physical.FrameNumber == walk.Physical.FrameNumber);
                tally.Queries++;
                tally.Count(answer.Status);
                tally.Digest = Mix(tally.Digest, address.Value | (uint)access, (uint)answer.Status, FrameOf(answer));
                Note(isSame, address, ref tally);
            }

            if (query == 0)
            {
                Access(in session, in walk, address, ref tally);
            }
        }
    }

    /// <summary>A load or a store that must be refused, if there is one. It goes to the console's probe, with its domains.</summary>
    private static void Access<TInner, TBoard>(
        in Session<TInner, TBoard> session, in TableWalk walk, VirtualAddress page, ref MmuTally tally)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        VirtualAddress address = new(page.Value & ~(WordInBytes - 1));
        bool isWrite = (tally.RefusedAccesses & 1) != 0;
        FaultStatus expected = walk.Check(
            isWrite ? TranslationAccess.KernelWrite : TranslationAccess.KernelRead, DomainAccess.KernelAndUser);
        if (expected == FaultStatus.None || DependsOnOrder(in walk, DomainAccess.KernelAndUser))
        {
            return;
        }

        uint value = 0;
        FaultReport report = session.Board.Probe(isWrite ? FaultAccess.Write : FaultAccess.Read, address, ref value);
        tally.RefusedAccesses++;
        tally.Digest = Mix(tally.Digest, report.Address.Value, (uint)report.Status, (uint)report.Access);
        bool isSame = report.Status == expected
            && report.Address == address
            && report.Access == (isWrite ? FaultAccess.Write : FaultAccess.Read);
        Note(isSame, address, ref tally);
    }

    private static uint FrameOf(TranslationAnswer answer) =>
        answer.Status == FaultStatus.None ? answer.Physical.FrameNumber : 0;

    private static void Note(bool isSame, VirtualAddress address, ref MmuTally tally)
    {
        if (!isSame)
        {
            tally.FirstDisagreement = tally.Disagreements == 0 ? address.Value : tally.FirstDisagreement;
            tally.Disagreements++;
        }
    }

    // FNV-1a, by words.
    private static uint Mix(uint digest, uint first, uint second, uint third)
    {
        const uint Prime = 16_777_619;
        digest = unchecked((digest ^ first) * Prime);
        digest = unchecked((digest ^ second) * Prime);
        return unchecked((digest ^ third) * Prime);
    }

    /// <summary>True when the domain has a word to say, and another fault before it.</summary>
    private static bool DependsOnOrder(in TableWalk walk, uint domainAccess)
    {
        if (!walk.IsMapped && !walk.HasSecondLevel)
        {
            return false; // without a first-level descriptor there is no domain
        }

        uint domain = walk.IsMapped ? walk.Mapping.Domain : walk.FirstLevel.PageTable.Domain;
        bool hasEarlierFault = !walk.IsMapped || ((uint)walk.Mapping.Access & AccessFlag) == 0;
        return hasEarlierFault && DomainAccess.Of(domainAccess, domain) != DomainClient;
    }

    /// <summary>A page of the table that is live, if one is found soon: most entries are empty.</summary>
    private static uint FindPage<TInner, TBoard>(
        in Session<TInner, TBoard> session, in TableWalk first, ref RandomSequence random)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        const int Patience = 12;
        uint page = 0;
        for (int attempt = 0; attempt < Patience; attempt++)
        {
            page = random.Below(SecondLevelTable.EntryCount);
            PhysicalAddress entry = first.FirstLevel.PageTable.Table.Add(page << SecondLevelTable.EntryShift);
            if (new SecondLevelEntry(session.Machine.ReadWord(entry)).IsLive)
            {
                break;
            }
        }

        return page;
    }

    private static void WriteEntry<TInner, TBoard>(
        in Session<TInner, TBoard> session, PhysicalAddress table, uint index, uint value)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard =>
        Descriptor.Write(ref session.Machine, table.Add(index << FirstLevelTable.EntryShift), value);

    /// <summary>An entry in one of the groups of 16 that belong to a slot: no two slots meet in a group.</summary>
    private static uint RandomIndex(uint slot, uint groupsOfSlot, ref RandomSequence random) =>
        (((slot * groupsOfSlot) + random.Below(groupsOfSlot)) * EntriesOfLargeBlock) + random.Below(EntriesOfLargeBlock);

    private static uint RandomWord(ref RandomSequence random) =>
        (random.Below(1u << 16) << 16) | random.Below(1u << 16);

    /// <summary>Each domain closed, client or manager; the reserved value is left out.</summary>
    private static uint RandomDomains(ref RandomSequence random)
    {
        uint domains = DomainAccess.KernelOnly;
        for (uint domain = FirstFreeDomain; domain < DomainCount; domain++)
        {
            uint access = random.Below(4) switch
            {
                0 => DomainClosed,
                1 => DomainManager,
                _ => DomainClient,
            };
            domains |= access << (int)(domain * BitsPerDomain);
        }

        return domains;
    }

    [InlineArray(SecondLevelTables)]
    private struct TableSet
    {
        private PhysicalAddress _first;
    }

    [InlineArray(FirstLevelSlots)]
    private struct PlaceSet
    {
        private uint _first;
    }
}
