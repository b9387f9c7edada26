using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Demo;
using Kilburn.Kernel.Monitor;

namespace Kilburn.Kernel.SelfTests;

/// <summary>Provoked faults: each comes, is decoded, and is survived.</summary>
internal static class FaultTests
{
    private const uint Word = 0x600D_CAFE;
    private const uint AccessFlagBit = 1u << 4; // AP[0] of a small page
    private const int ManyFaults = 1000;

    private static VirtualAddress Nowhere => new(0x4000_0000);

    internal static void DataFaultsAreDecoded<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        FaultStatus none = FaultStatus.TranslationFirstLevel;
        StartTests.ExpectFault(in session, ref check, FaultAccess.Read, new VirtualAddress(PageSize.Small), none);
        StartTests.ExpectFault(in session, ref check, FaultAccess.Write, new VirtualAddress(PageSize.Small), none);
        StartTests.ExpectFault(in session, ref check, FaultAccess.Read, Nowhere, none);
        VirtualAddress text = LinearMap.ToVirtual(session.Memory.Image.Text.Start);
        StartTests.ExpectFault(in session, ref check, FaultAccess.Write, text, FaultStatus.PermissionSecondLevel);
        uint word = 0;
        check.That(!session.Board.Probe(FaultAccess.Read, text, ref word).IsFault, "a read of text"u8);
    }

    internal static void FetchFaultsAreDecoded<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        FaultStatus none = FaultStatus.TranslationFirstLevel;
        StartTests.ExpectFault(in session, ref check, FaultAccess.Execute, new VirtualAddress(PageSize.Small), none);
        StartTests.ExpectFault(in session, ref check, FaultAccess.Execute, Nowhere, none);
        VirtualAddress data = LinearMap.ToVirtual(session.Memory.Image.Data.Start);
        StartTests.ExpectFault(in session, ref check, FaultAccess.Execute, data, FaultStatus.PermissionSecondLevel);
    }

    internal static void AccessFlagFaultIsDecoded<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        check.That(SpaceProbe.TryMake(in session, Word, out AddressSpace space), "make a space"u8);
        VmStatus status = space.TryTranslate(ref session.Machine, SpaceProbe.Page, out TableWalk walk);
        if (check.Has(status, "translate"u8))
        {
            WriteEntry(in session, walk.SecondLevelAddress, walk.SecondLevel.Raw & ~AccessFlagBit);
            StartTests.ExpectFault(
                in session, ref check, FaultAccess.Read, SpaceProbe.Page, FaultStatus.AccessFlagSecondLevel);
            WriteEntry(in session, walk.SecondLevelAddress, walk.SecondLevel.Raw);
            bool isRead = SpaceProbe.TryVisit(in session, space, out uint word);
            check.That(isRead && word == Word, "the word with the flag set again"u8, word);
        }

        check.Succeeds(SpaceProbe.TryEnd(in session, space), "end"u8);
    }

    internal static void ManyFaultsAreSurvived<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        for (int round = 0; round < ManyFaults; round++)
        {
            StartTests.ExpectFault(
                in session, ref check, FaultAccess.Read, Nowhere, FaultStatus.TranslationFirstLevel);
            StartTests.ExpectFault(
                in session, ref check, FaultAccess.Execute, Nowhere, FaultStatus.TranslationFirstLevel);
        }
    }

    // Break before make: a live entry is never replaced by another but through an invalid one.
    private static void WriteEntry<TInner, TBoard>(
        in Session<TInner, TBoard> session, PhysicalAddress entry, uint value)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        Descriptor.Write(ref session.Machine, entry, 0);
        session.Machine.RemovePageOfAllAsids(SpaceProbe.Page);
        Descriptor.Write(ref session.Machine, entry, value);
        session.Machine.Synchronize();
    }
}
