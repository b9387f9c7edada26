using System.Runtime;
using Kilburn.Armv7;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Faults;

/// <summary>Where <c>boot/vectors.S</c> enters C#.</summary>
internal static unsafe class Exceptions
{
    private const ushort SemihostingCall = 0xDFAB; // SVC 0xAB, Thumb
    private const uint ThumbInstructionBytes = 2;
    private const uint NoHost = 0xFFFF_FFFF;

    /// <summary>Every exception. Returns to go on with the frame, which may have been changed.</summary>
    /// <param name="frame">The interrupted state.</param>
    [RuntimeExport("kernel_exception")]
    internal static void Enter(ExceptionFrame* frame)
    {
        if (Probe.TryResume(ref *frame) || UserCopies.TryResume(ref *frame))
        {
            return;
        }

        if (frame->Kind == ExceptionKind.SupervisorCall
            && frame->IsThumb
            && *(ushort*)(frame->ProgramCounter - ThumbInstructionBytes) == SemihostingCall)
        {
            frame->General[0] = NoHost; // the call came here: there is no host
            return;
        }

        Panic.OfException(ref *frame);
    }

    /// <summary>An abort or undefined instruction while one is handled. Uses a stack of its own.</summary>
    /// <param name="kind">The second exception.</param>
    /// <param name="address">The instruction that failed; 2 bytes before it for an undefined one in Thumb state.</param>
    [RuntimeExport("kernel_emergency")]
    internal static void EnterEmergency(ExceptionKind kind, uint address) => Panic.OfFaultPath(kind, address);
}
