using System.Runtime;
using System.Runtime.CompilerServices;

namespace Kilburn.Armv7;

/// <summary>The routine of <c>native/call_frames.S</c>.</summary>
internal static class CallFrames
{
    /// <summary><see cref="Kilburn.Core.IMachine.ReturnAddress"/>.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_return_address")]
    internal static extern uint ReturnAddress();
}
