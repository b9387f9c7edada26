using System.Runtime;
using System.Runtime.CompilerServices;

namespace Kilburn.User;

/// <summary>Instructions that C# has no words for: <c>native/instructions.S</c>.</summary>
public static class Instructions
{
    /// <summary>CPSR.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_read_status")]
    public static extern uint ReadStatus();

    /// <summary>TPIDRURO.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_read_thread_pointer")]
    public static extern uint ReadThreadPointer();

    /// <summary>The cycle counter, while the kernel lets programs read it; an undefined instruction otherwise.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_count")]
    public static extern uint Count();

    /// <summary>Loads a word, and faults where none may be loaded.</summary>
    /// <param name="address">A multiple of 4.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_load")]
    public static extern uint Load(uint address);

    /// <summary>Stores a word, and faults where none may be stored.</summary>
    /// <param name="address">A multiple of 4.</param>
    /// <param name="value">The word.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_store")]
    public static extern void Store(uint address, uint value);

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
