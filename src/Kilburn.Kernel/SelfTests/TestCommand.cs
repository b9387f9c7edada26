using Kilburn.Core;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.SelfTests;

/// <summary><c>test [NUMBER]</c>: the self-tests on the running kernel.</summary>
/// <remarks>
/// Prints <c>TEST 07/65 name ok</c> for each, and <c>DONE 65</c> at the end: a hang, a reset or a lost line shows in the count.
/// Each test leaves memory as it found it, which is checked after each.
/// </remarks>
public static class TestCommand
{
    private const int NumberWidth = 2;

    /// <summary>Runs the command.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="request">Its arguments: none, or the number of one test, from 1.</param>
    public static CommandOutcome Run<TInner, TBoard>(in Session<TInner, TBoard> session, ref Request request)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint first = 1;
        uint last = SelfTestTable.Count;
        if (!request.Arguments.IsEmpty)
        {
            if (!request.TryTakeNumber(in session, out first) || !request.EndsHere(in session))
            {
                return CommandOutcome.Failed;
            }

            last = first;
            if (first - 1 >= SelfTestTable.Count)
            {
                return request.Fail(in session, VmStatus.OutOfRange);
            }
        }

        uint failures = 0;
        for (uint number = first; number <= last; number++)
        {
            failures += RunOne(in session, number) ? 0u : 1u;
        }

        session.Board.Write("DONE "u8);
        session.Board.WriteDecimal(last + 1 - first);
        session.Board.EndLine();
        return failures == 0 ? CommandOutcome.Done : CommandOutcome.Failed;
    }

    /// <summary>Runs one test, and sees to it that it gave back what it took.</summary>
    /// <param name="session">What it works on.</param>
    /// <param name="test">Any test.</param>
    /// <param name="check">Gets what is wrong.</param>
    public static void Run<TInner, TBoard>(in Session<TInner, TBoard> session, SelfTest test, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        bool wasActive = session.Memory.Spaces.TryGetActive(
            ref session.Machine, session.Machine.CoreIndex, out AddressSpace active);
        session.Memory.Spaces.Leave(ref session.Machine);
        session.Memory.TrimHeap(ref session.Machine);
        session.Memory.Frames.GetStatistics(ref session.Machine, out FrameStatistics before);
        SelfTestTable.Run(in session, test, ref check);
        session.Memory.Spaces.Leave(ref session.Machine);
        session.Memory.TrimHeap(ref session.Machine);
        session.Memory.Frames.GetStatistics(ref session.Machine, out FrameStatistics after);
        check.That(after.FreeFrames == before.FreeFrames, "frames kept"u8, before.FreeFrames - after.FreeFrames);
        if (wasActive)
        {
            VmStatus status = session.Memory.Spaces.TryActivate(ref session.Machine, active);
            check.Succeeds(status, "back to the space that was active"u8);
        }
    }

    private static bool RunOne<TInner, TBoard>(in Session<TInner, TBoard> session, uint number)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        SelfTest test = (SelfTest)(number - 1);
        Check check = default;
        Run(in session, test, ref check);
        session.Board.Write("TEST "u8);
        session.Board.WriteDecimalZeroes(number, NumberWidth);
        session.Board.WriteByte((byte)'/');
        session.Board.WriteDecimalZeroes(SelfTestTable.Count, NumberWidth);
        session.Board.WriteByte((byte)' ');
        session.Board.Write(SelfTestTable.NameOf(test));
        if (!check.HasFailed)
        {
            session.Board.WriteLine(" ok"u8);
            return true;
        }

        session.Board.Write(" FAILED: "u8);
        session.Board.Write(check.What);
        session.Board.WriteByte((byte)' ');
        session.Board.WriteHex(check.Value);
        session.Board.EndLine();
        return false;
    }
}
