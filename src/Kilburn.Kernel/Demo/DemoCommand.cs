using Kilburn.Core;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;

namespace Kilburn.Kernel.Demo;

/// <summary><c>demo</c>: the whole system at work, each line with values read back in this run.</summary>
/// <remarks>
/// Prints nothing that depends on where the kernel's image lies or how large it is, so that a target and a model can be compared.
/// Whatever it takes it gives back.
/// </remarks>
public static class DemoCommand
{
    /// <summary>Runs the command.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: none.</param>
    public static CommandOutcome Run<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!request.EndsHere(in session))
        {
            return CommandOutcome.Failed;
        }

        DemoReport<TBoard> report = new(ref session.Board);
        bool wasActive = session.Memory.Spaces.TryGetActive(
            ref session.Machine, session.Machine.CoreIndex, out AddressSpace active);
        session.Memory.Spaces.Leave(ref session.Machine);
        session.Memory.TrimHeap(ref session.Machine);
        session.Memory.Frames.GetStatistics(ref session.Machine, out FrameStatistics before);
        TwoSpaces.Show(in session, ref report);
        ManySpaces.Show(in session, ref report);
        WindowMeeting.Show(in session, ref report);
        RejectedFrees.Show(in session, ref report);
        session.Memory.TrimHeap(ref session.Machine);
        session.Memory.Frames.GetStatistics(ref session.Machine, out FrameStatistics after);
        report.Say("frames taken and not given back: "u8);
        report.SayNumber(before.FreeFrames - after.FreeFrames);
        report.End(before.FreeFrames == after.FreeFrames);
        if (wasActive)
        {
            report.Say("the space that was active before is so again"u8);
            report.End(session.Memory.Spaces.TryActivate(ref session.Machine, active) == VmStatus.Ok);
        }

        return report.Failures == 0 ? CommandOutcome.Done : CommandOutcome.Failed;
    }
}
