using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.SystemCalls;

namespace Kilburn.User;

/// <summary>A thread of this process, with a stack that goes when it is joined.</summary>
public unsafe struct Thread
{
    private const uint StackBytes = 64 * 1024;
    private const uint GuardPages = 1;

    // The stack's top word and one more, for the alignment: the method.
    private const uint EntryBytes = 8;

    private uint _number;
    private uint _stack;

    /// <summary>Starts a thread.</summary>
    /// <param name="method">What it does; what it returns is what <see cref="TryJoin"/> gives.</param>
    /// <param name="argument">What the method gets.</param>
    /// <param name="thread">The thread.</param>
    public static SystemCallError TryStart(delegate*<uint, uint> method, uint argument, out Thread thread)
    {
        thread = default;
        SystemCallError error = Memory.TryMap(
            0, StackBytes, MapFlags.Read | MapFlags.Write | Memory.GuardOf(GuardPages), out thread._stack);
        if (error != SystemCallError.None)
        {
            return error;
        }

        uint top = thread._stack + StackBytes - EntryBytes;
        *(uint*)top = (uint)method;
        error = Kernel.Call(SystemCall.ThreadCreate, UserGetThreadStart(), top, argument, out thread._number);
        if (error != SystemCallError.None)
        {
            thread.Unmap();
        }

        return error;
    }

    /// <summary>Waits for the thread's end, once.</summary>
    /// <param name="value">What its method returned.</param>
    public SystemCallError TryJoin(out uint value)
    {
        SystemCallError error = Kernel.Call(SystemCall.ThreadJoin, _number, out value);
        if (error == SystemCallError.None)
        {
            Unmap();
        }

        return error;
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_get_thread_start")]
    private static extern uint UserGetThreadStart();

    private readonly void Unmap() =>
        _ = Memory.TryUnmap(_stack - (GuardPages * Memory.PageBytes), StackBytes + (GuardPages * Memory.PageBytes));
}
