using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Demo;
using Kilburn.Kernel.Monitor;

namespace Kilburn.Kernel.SelfTests;

/// <summary>ASIDs over generations.</summary>
internal static class AsidTests
{
    private const uint Many = 300; // more than there are ASIDs
    private const uint Lives = 300;
    private const uint WordBase = 0x5A5A_0000;

    internal static void GenerationsRollOver<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        DemoReport<TBoard> report = new(ref session.Board);
        session.Board.Listen("FAILED"u8);
        ManySpaces.Show(in session, ref report);
        check.Equal(session.Board.StopListening(), 0, "lines that say so"u8);
        check.Equal((uint)report.Failures, 0, "lines that failed"u8);
    }

    /// <summary>A core that has flushed once for a generation does not flush again in it.</summary>
    internal static void CoreFlushesOnceAGeneration<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref AsidAllocator asids = ref session.Memory.Spaces.Asids;
        bool isMade = SpaceProbe.TryMake(in session, WordBase, out AddressSpace first);
        isMade &= SpaceProbe.TryMake(in session, WordBase + 1, out AddressSpace second);
        check.That(isMade, "make two spaces"u8);
        asids.ReadState(ref session.Machine, out AsidState before);
        VmStatus status = asids.TryBeginGeneration(ref session.Machine, before.Generation + 1);
        check.Succeeds(status, "begin a generation"u8);
        for (int round = 0; round < 8; round++)
        {
            check.That(
                SpaceProbe.TryVisit(in session, first, out uint word) && word == WordBase, "the first word"u8, word);
            check.That(
                SpaceProbe.TryVisit(in session, second, out word) && word == WordBase + 1, "the second word"u8, word);
        }

        asids.ReadState(ref session.Machine, out AsidState after);
        check.Equal(after.FlushCount - before.FlushCount, 1, "flushes of this core"u8);
        check.Succeeds(SpaceProbe.TryEnd(in session, first), "end the first"u8);
        check.Succeeds(SpaceProbe.TryEnd(in session, second), "end the second"u8);
    }

    internal static void LiveSpacesNeverShareAnAsid<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint made = 0;
        while (made < Many && SpaceProbe.TryMake(in session, WordBase + made, out _))
        {
            made++;
        }

        check.Equal(made, Many, "spaces made"u8);
        VmStatus status = session.Memory.Frames.TryAllocatePage(
            ref session.Machine, FrameContents.Zeroed, out PhysicalAddress seen);
        if (check.Has(status, "a page for notes"u8))
        {
            CheckDistinct(in session, ref check, seen);
            check.Succeeds(session.Memory.Frames.TryFreePage(ref session.Machine, seen), "free the page"u8);
        }

        uint id = 0;
        while (session.Memory.Spaces.TryFindNext(ref session.Machine, ref id, out AddressSpace space))
        {
            check.Succeeds(SpaceProbe.TryEnd(in session, space), "end a space"u8);
        }
    }

    /// <summary>Every life maps another page at the same address, under an ASID that others had before.</summary>
    internal static void RecycledAsidShowsNoOldPage<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        for (uint life = 0; life < Lives; life++)
        {
            bool isMade = SpaceProbe.TryMake(in session, WordBase + life, out AddressSpace space);
            check.That(isMade, "make a space"u8, life);
            _ = space.TryTranslate(ref session.Machine, SpaceProbe.Page, out TableWalk walk); // its page was mapped above
            check.Equal(session.Machine.Data<uint>(walk.Physical), WordBase + life, "where the word went"u8);
            check.Succeeds(SpaceProbe.TryEnd(in session, space), "end the space"u8);
            if (check.HasFailed)
            {
                return;
            }
        }
    }

    internal static void GenerationWrapMakesAllAskAgain<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ref AsidAllocator asids = ref session.Memory.Spaces.Asids;
        asids.ReadState(ref session.Machine, out AsidState before);
        check.That(SpaceProbe.TryMake(in session, WordBase, out AddressSpace old), "make a space"u8);
        VmStatus status = asids.TryBeginGeneration(ref session.Machine, AsidWord.LastGeneration);
        check.Succeeds(status, "go to the last generation"u8);
        for (uint life = 0; life < Many; life++)
        {
            check.That(SpaceProbe.TryMake(in session, life, out _), "make another"u8, life);
        }

        asids.ReadState(ref session.Machine, out AsidState after);
        check.Equal(after.WrapCount - before.WrapCount, 1, "wraps"u8);
        check.That(after.Generation < AsidWord.LastGeneration, "generation"u8, after.Generation);
        check.That(
            SpaceProbe.TryVisit(in session, old, out uint word) && word == WordBase, "the old space's word"u8, word);
        CheckRegisters(in session, ref check, old);
        uint id = 0;
        while (session.Memory.Spaces.TryFindNext(ref session.Machine, ref id, out AddressSpace space))
        {
            check.Succeeds(SpaceProbe.TryEnd(in session, space), "end a space"u8);
        }
    }

    internal static void SwitchPairsTableAndAsid<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        bool isMade = SpaceProbe.TryMake(in session, WordBase, out AddressSpace first);
        isMade &= SpaceProbe.TryMake(in session, WordBase + 1, out AddressSpace second);
        check.That(isMade, "make two spaces"u8);
        for (int round = 0; round < 4; round++)
        {
            check.Succeeds(session.Memory.Spaces.TryActivate(ref session.Machine, first), "activate"u8);
            CheckRegisters(in session, ref check, first);
            check.Succeeds(session.Memory.Spaces.TryActivate(ref session.Machine, second), "activate"u8);
            CheckRegisters(in session, ref check, second);
        }

        check.Succeeds(SpaceProbe.TryEnd(in session, first), "end the first"u8);
        check.Succeeds(SpaceProbe.TryEnd(in session, second), "end the second"u8);
        StartTests.UserHalfIsClosed(in session, ref check);
    }

    private static void CheckRegisters<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check, AddressSpace space)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        space.ReadState(ref session.Machine, out AddressSpaceState state);
        TranslationContext context = TranslationContext.Read(ref session.Machine);
        check.Equal(context.UserBase, TranslationControl.TableBase(state.Table), "TTBR0"u8);
        check.That((context.Control & TranslationControl.NoUserWalks) == 0, "TTBCR.PD0"u8, context.Control);
        uint asid = AsidWord.AsidOf(state.AsidWord).Value;
        check.Equal(session.Machine.ReadRegister(SystemRegister.ContextId), asid, "CONTEXTIDR"u8);
        check.That(asid != 0, "ASID 0 is nobody's"u8);
    }

    private static void CheckDistinct<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check, PhysicalAddress seen)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        session.Memory.Spaces.Asids.ReadState(ref session.Machine, out AsidState asids);
        uint id = 0;
        while (session.Memory.Spaces.TryFindNext(ref session.Machine, ref id, out AddressSpace space))
        {
            space.ReadState(ref session.Machine, out AddressSpaceState state);
            if (AsidWord.GenerationOf(state.AsidWord) == asids.Generation)
            {
                uint asid = AsidWord.AsidOf(state.AsidWord).Value;
                ref uint owner = ref session.Machine.Data<uint>(seen.Add(asid * sizeof(uint)));
                check.Equal(owner, 0, "the other space with this ASID"u8);
                owner = state.Id;
            }
        }
    }
}
