using Kilburn.Core;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>The kernel's reasons in the words of the system calls.</summary>
internal static class CallErrors
{
    /// <summary>What a call gives that has no result yet: the thread waits, or has ended.</summary>
    internal const SystemCallError Later = (SystemCallError)uint.MaxValue;

    /// <summary>The error that a status is told as.</summary>
    /// <param name="status">Any status.</param>
    internal static SystemCallError Of(VmStatus status) => status switch
    {
        VmStatus.Ok => SystemCallError.None,
        VmStatus.Misaligned => SystemCallError.Misaligned,
        VmStatus.EmptyRange => SystemCallError.EmptyRange,
        VmStatus.WrappedRange => SystemCallError.WrappedRange,
        VmStatus.OutOfRange => SystemCallError.OutOfRange,
        VmStatus.Occupied or VmStatus.AlreadyMapped => SystemCallError.Occupied,
        VmStatus.NoRoom => SystemCallError.NoRoom,
        VmStatus.NotMapped => SystemCallError.NotMapped,
        VmStatus.OutOfFrames or VmStatus.WindowFull => SystemCallError.OutOfMemory,
        VmStatus.LimitReached or VmStatus.Overflow => SystemCallError.LimitReached,
        VmStatus.RightsRefused or VmStatus.Denied => SystemCallError.RightsRefused,
        VmStatus.OutOfIdentifiers => SystemCallError.OutOfNumbers,
        VmStatus.NoSuchSpace => SystemCallError.NoSuchProcess,
        _ => SystemCallError.WrongKind,
    };
}
