using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kilburn.SystemCalls;

namespace Kilburn.User;

/// <summary>This process, its children, and its threads' turns.</summary>
public static unsafe class Process
{
    /// <summary>Names any child.</summary>
    public const uint AnyChild = 0;

    /// <summary>Ends this process.</summary>
    /// <param name="status">What its parent, or the monitor, is told.</param>
    public static void Exit(uint status) => _ = Kernel.Call(SystemCall.Exit, status, out _);

    /// <summary>Starts a program of the boot image.</summary>
    /// <param name="name">Its file.</param>
    /// <param name="arguments">Words between spaces.</param>
    /// <param name="process">The child's number.</param>
    public static SystemCallError TrySpawn(ReadOnlySpan<byte> name, ReadOnlySpan<byte> arguments, out uint process) =>
        Kernel.Call(
            SystemCall.Spawn,
            (uint)Unsafe.AsPointer(in MemoryMarshal.GetReference(name)),
            (uint)name.Length,
            (uint)Unsafe.AsPointer(in MemoryMarshal.GetReference(arguments)),
            (uint)arguments.Length,
            0,
            out process);

    /// <summary>Makes a second process of this one, with the calling thread alone.</summary>
    /// <param name="process">The child's number; zero in the child.</param>
    public static SystemCallError TryClone(out uint process) => Kernel.Call(SystemCall.Clone, out process);

    /// <summary>Waits for a child's end.</summary>
    /// <param name="process">Its number, or <see cref="AnyChild"/>.</param>
    /// <param name="end">How it ended.</param>
    public static SystemCallError TryWait(uint process, out ProcessEnd end)
    {
        end = default;
        return Kernel.Call(SystemCall.Wait, process, (uint)Unsafe.AsPointer(in end), out _);
    }

    /// <summary>Waits for a child's end, and tells whether it exited with a status.</summary>
    /// <param name="process">Its number.</param>
    /// <param name="status">The status that it should exit with.</param>
    public static bool WaitFor(uint process, uint status) =>
        TryWait(process, out ProcessEnd end) == SystemCallError.None
        && end.Reason == ProcessEndReason.Exited
        && end.Status == status;

    /// <summary>Lets another thread run, of any process.</summary>
    public static void Yield() => _ = Kernel.Call(SystemCall.Yield, out _);

    /// <summary>Waits.</summary>
    /// <param name="microseconds">How long, at least.</param>
    public static void Sleep(uint microseconds) => _ = Kernel.Call(SystemCall.Sleep, microseconds, out _);
}
