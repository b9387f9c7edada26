using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.Armv7;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Processes;

namespace Kilburn.Kernel.Faults;

/// <summary>Where <c>boot/vectors.S</c> enters C# from user mode, and the way there and back.</summary>
internal static unsafe class UserEntry
{
    /// <summary>Goes on with a thread, until <see cref="Leave"/>.</summary>
    /// <param name="thread">As <see cref="Scheduler"/> gave it.</param>
    /// <param name="kernelStack">Where the kernel's sp is kept for <see cref="Leave"/>.</param>
    internal static void Run(VirtualAddress thread, ref uint kernelStack) =>
        Enter((ThreadBlock*)thread.Value, (uint*)Unsafe.AsPointer(in kernelStack));

    [RuntimeExport("kernel_system_call")]
    private static ThreadBlock* OfCall(ThreadBlock* thread)
    {
        ArmV7Machine machine = default;
        PiBoard board = default;
        return GoOn(ref board, CallGate.Enter(ref machine, ref board, ref *thread));
    }

    [RuntimeExport("kernel_user_exception")]
    private static ThreadBlock* OfException(ThreadBlock* thread, ExceptionKind kind)
    {
        ArmV7Machine machine = default;
        PiBoard board = default;
        FaultReport report;
        switch (kind)
        {
            case ExceptionKind.DataAbort:
                report = FaultReport.FromDataAbort(
                    Cp15.ReadDataFaultStatus(), new VirtualAddress(Cp15.ReadDataFaultAddress()));
                break;
            case ExceptionKind.PrefetchAbort:
                report = FaultReport.FromPrefetchAbort(
                    Cp15.ReadInstructionFaultStatus(), new VirtualAddress(Cp15.ReadInstructionFaultAddress()));
                break;
            case ExceptionKind.Undefined:
                if (ThreadStatus.IsThumb(thread->Context.Status))
                {
                    thread->Context.ProgramCounter += 2; // vectors.S took an ARM instruction off
                }

                return GoOn(ref board, UserFaults.EnterUndefined(ref machine, ref board, ref *thread));
            default:
                return GoOn(ref board, Scheduler.Interrupt(ref machine, ref board, ref *thread));
        }

        return GoOn(ref board, UserFaults.Enter(ref machine, ref board, ref *thread, in report));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // for every call
    private static ThreadBlock* GoOn(ref PiBoard board, VirtualAddress thread)
    {
        if (thread.Value == 0)
        {
            Leave(board.KernelStack);
        }

        return (ThreadBlock*)thread.Value;
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_enter_user")]
    private static extern void Enter(ThreadBlock* thread, uint* kernelStack);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_leave_user")]
    private static extern void Leave(uint kernelStack);
}
