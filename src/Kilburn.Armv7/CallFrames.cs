using System.Runtime;
using System.Runtime.CompilerServices;

namespace Kilburn.Armv7;

/// <summary>The routines of <c>native/call_frames.S</c>.</summary>
internal static class CallFrames
{
    /// <summary><see cref="Kilburn.Core.IMachine.ReturnAddress"/>.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_return_address")]
    internal static extern uint ReturnAddress();

    /// <summary>An instruction of the method that asks.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_here")]
    internal static extern uint Here();
}
