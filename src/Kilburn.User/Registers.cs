using System.Runtime;
using System.Runtime.CompilerServices;

namespace Kilburn.User;

/// <summary>What C# has no words for: <c>native/instructions.S</c>, same order.</summary>
public static class Registers
{
    /// <summary>CPSR.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_read_status")]
    public static extern uint ReadStatus();

    /// <summary>TPIDRURO.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_read_thread_pointer")]
    public static extern uint ReadThreadPointer();

    /// <summary>Calls whatever lies at an address, in ARM state.</summary>
    /// <param name="address">A multiple of 4.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_call_address")]
    public static extern void CallAddress(uint address);

    /// <summary>Tries to write CPSR's control byte, as a kernel would; in USR mode nothing changes.</summary>
    /// <param name="value">The value.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_write_status")]
    public static extern void WriteStatus(uint value);
}
