using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.Core.Locks;

namespace Kilburn.Armv7;

/// <summary>One method for each routine of <c>native/core_stacks.S</c>, in its order: stacks that a core has for itself.</summary>
internal static class CoreStacks
{
    /// <summary><see cref="CoreStack.Pop"/>.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_pop_local")]
    internal static extern uint Pop(ref CoreStack first);

    /// <summary><see cref="CoreStack.TryPush"/>.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_try_push_local")]
    internal static extern uint TryPush(ref CoreStack first, uint value, ref uint word, uint bit);
}
