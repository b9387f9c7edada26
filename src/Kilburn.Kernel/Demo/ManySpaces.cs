using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;

namespace Kilburn.Kernel.Demo;

/// <summary>More spaces than there are ASIDs: generations come and go, and every space keeps its word.</summary>
public static class ManySpaces
{
    private const uint Count = 600;
    private const uint ShownStep = 150;
    private const uint WordBase = 0xA510_0000;

    /// <summary>Shows it.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="report">Gets the lines.</param>
    public static void Show<TInner, TBoard>(in Session<TInner, TBoard> session, ref DemoReport<TBoard> report)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        // The handles lie in a page of their own: 600 words.
        VmStatus status = session.Memory.Frames.TryAllocatePage(
            ref session.Machine, FrameContents.Zeroed, out PhysicalAddress handles);
        session.Memory.Spaces.Asids.ReadState(ref session.Machine, out AsidState before);
        uint made = status == VmStatus.Ok ? Make(in session, handles) : 0;
        report.SayNumber(made);
        report.Say(" spaces, each with its own word at "u8);
        report.SayHex(SpaceProbe.Page.Value);
        report.End(made == Count);
        uint right = Visit(in session, ref report, handles, made);
        report.SayNumber(right);
        report.Say(" of them read again: the right words"u8);
        report.End(right == Count);
        session.Memory.Spaces.Asids.ReadState(ref session.Machine, out AsidState after);
        report.Say("generation "u8);
        report.SayNumber(before.Generation);
        report.Say(" -> "u8);
        report.SayNumber(after.Generation);
        report.Say(", "u8);
        report.SayNumber(after.RolloverCount - before.RolloverCount);
        report.Say(" rollovers, "u8);
        report.SayNumber(after.FlushCount - before.FlushCount);
        report.Say(" flushes"u8);
        report.End(after.RolloverCount - before.RolloverCount >= 2 && after.FlushCount != before.FlushCount);
        uint ended = End(in session, handles, made);
        report.SayNumber(ended);
        report.Say(" spaces ended"u8);
        report.End(ended == Count
            && session.Memory.Frames.TryFreePage(ref session.Machine, handles) == VmStatus.Ok);
    }

    private static uint Make<TInner, TBoard>(in Session<TInner, TBoard> session, PhysicalAddress handles)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint made = 0;
        while (made < Count && SpaceProbe.TryMake(in session, WordBase + made, out AddressSpace space))
        {
            HandleAt(in session, handles, made) = space.ControlPage.Value;
            made++;
        }

        return made;
    }

    private static uint Visit<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref DemoReport<TBoard> report, PhysicalAddress handles, uint count)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint right = 0;
        uint nextShown = 0;
        for (uint index = 0; index < count; index++)
        {
            bool isRight = SpaceProbe.TryVisit(in session, SpaceAt(in session, handles, index), out uint word)
                && word == WordBase + index;
            right += isRight ? 1u : 0u;
            if (index == nextShown)
            {
                nextShown += ShownStep;
                report.Say("  number "u8);
                report.SayNumber(index);
                report.Say(" under asid "u8);
                report.SayNumber(SpaceProbe.ReadAsid(in session));
                report.Say(" holds "u8);
                report.SayHex(word);
                report.End(isRight);
            }
        }

        return right;
    }

    private static uint End<TInner, TBoard>(in Session<TInner, TBoard> session, PhysicalAddress handles, uint count)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint ended = 0;
        for (uint index = 0; index < count; index++)
        {
            ended += SpaceProbe.TryEnd(in session, SpaceAt(in session, handles, index)) == VmStatus.Ok ? 1u : 0u;
        }

        return ended;
    }

    private static AddressSpace SpaceAt<TInner, TBoard>(
        in Session<TInner, TBoard> session, PhysicalAddress handles, uint index)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard => new(new PhysicalAddress(HandleAt(in session, handles, index)));

    private static ref uint HandleAt<TInner, TBoard>(
        in Session<TInner, TBoard> session, PhysicalAddress handles, uint index)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard => ref session.Machine.Data<uint>(handles.Add(index * sizeof(uint)));
}
