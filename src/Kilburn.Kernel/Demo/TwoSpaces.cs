using System;
using Kilburn.Core;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Demo;

/// <summary>Two spaces hold different words at one address, over many switches.</summary>
public static class TwoSpaces
{
    private const uint FirstWord = 0x1111_1111;
    private const uint SecondWord = 0x2222_2222;
    private const int ShownRounds = 2;
    private const int Rounds = 1000;

    /// <summary>Shows it.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="report">Gets the lines.</param>
    public static void Show<TInner, TBoard>(in Session<TInner, TBoard> session, ref DemoReport<TBoard> report)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        bool isMade = SpaceProbe.TryMake(in session, FirstWord, out AddressSpace first);
        isMade &= SpaceProbe.TryMake(in session, SecondWord, out AddressSpace second);
        report.Say("two spaces, both with a page at "u8);
        report.SayHex(SpaceProbe.Page.Value);
        report.End(isMade);
        if (!isMade)
        {
            return;
        }

        for (int round = 0; round < ShownRounds; round++)
        {
            ShowVisit(in session, ref report, first, "  first"u8, FirstWord);
            ShowVisit(in session, ref report, second, "  second"u8, SecondWord);
        }

        ShowMany(in session, ref report, first, second);
        session.Memory.Spaces.Leave(ref session.Machine);
        uint word = 0;
        FaultReport fault = session.Board.Probe(FaultAccess.Read, SpaceProbe.Page, ref word);
        report.Say("no space active: "u8);
        report.SayHex(SpaceProbe.Page.Value);
        report.Say(" gives a "u8);
        report.Say(FaultText.KindOf(fault.Status));
        report.Say(" fault"u8);
        report.End(fault.Status == FaultStatus.TranslationFirstLevel);
        bool isEnded = SpaceProbe.TryEnd(in session, first) == VmStatus.Ok;
        isEnded &= SpaceProbe.TryEnd(in session, second) == VmStatus.Ok;
        report.Say("both ended"u8);
        report.End(isEnded);
    }

    private static void ShowVisit<TInner, TBoard>(
        in Session<TInner, TBoard> session,
        ref DemoReport<TBoard> report,
        AddressSpace space,
        ReadOnlySpan<byte> name,
        uint expected)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        bool isRead = SpaceProbe.TryVisit(in session, space, out uint word);
        report.Say(name);
        report.Say(" under asid "u8);
        report.SayNumber(SpaceProbe.ReadAsid(in session));
        report.Say(": "u8);
        report.SayHex(SpaceProbe.Page.Value);
        report.Say(" holds "u8);
        report.SayHex(word);
        report.End(isRead && word == expected);
    }

    private static void ShowMany<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref DemoReport<TBoard> report, AddressSpace first, AddressSpace second)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint right = 0;
        for (int round = 0; round < Rounds; round++)
        {
            right += SpaceProbe.TryVisit(in session, first, out uint word) && word == FirstWord ? 1u : 0u;
            right += SpaceProbe.TryVisit(in session, second, out word) && word == SecondWord ? 1u : 0u;
        }

        report.Say("2000 switches between them: "u8);
        report.SayNumber(right);
        report.Say(" right words"u8);
        report.End(right == Rounds + Rounds);
    }
}
