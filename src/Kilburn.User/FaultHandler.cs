using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.SystemCalls;

namespace Kilburn.User;

/// <summary>Faults that the process handles itself, on a stack of their own.</summary>
/// <remarks>A handler keeps the VFP registers that it uses: it is for code that computes with integers.</remarks>
public static unsafe class FaultHandler
{
    private const uint StackBytes = 16 * 1024;
    private const uint GuardPages = 1;

    private static uint s_stack; // one thread sets handlers

    /// <summary>Lets a method handle the process's faults.</summary>
    /// <param name="handler">It may change the registers to go on with.</param>
    public static SystemCallError TrySet(delegate*<UserFault*, FaultAction> handler)
    {
        if (s_stack == 0)
        {
            SystemCallError error = Memory.TryMap(
                0, StackBytes, Memory.ReadWrite | Memory.GuardOf(GuardPages), out s_stack);
            if (error != SystemCallError.None)
            {
                return error;
            }
        }

        return Kernel.Call(
            SystemCall.SetFaultHandler, UserSetFaultHandler((uint)handler), s_stack + StackBytes, out _);
    }

    /// <summary>Leaves faults to the kernel again.</summary>
    public static SystemCallError TryClear() => Kernel.Call(SystemCall.SetFaultHandler, 0, 0, out _);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_set_fault_handler")]
    private static extern uint UserSetFaultHandler(uint handler);
}
