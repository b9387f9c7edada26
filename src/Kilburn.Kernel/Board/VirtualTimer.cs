using System.Runtime;
using System.Runtime.CompilerServices;

namespace Kilburn.Kernel.Board;

/// <summary>The virtual timer of the calling core: <c>boot/timer.S</c>.</summary>
internal static class VirtualTimer
{
    /// <summary>The bit of the virtual timer in <see cref="CoreRegisters.EnableTimers"/>.</summary>
    internal const uint InterruptBit = 1u << 3;

    /// <summary>CNTVCT.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_timer_now")]
    internal static extern ulong Now();

    /// <summary>Ticks of a time, rounded down.</summary>
    /// <param name="microseconds">The time.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_timer_ticks")]
    internal static extern ulong TicksOf(uint microseconds);

    /// <summary>Interrupts after a time.</summary>
    /// <param name="ticks">At most 2^31 - 1.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_timer_start")]
    internal static extern void Start(uint ticks);

    /// <summary>Whether the time of <see cref="Start"/> has passed.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_timer_is_due")]
    internal static extern bool IsDue();

    /// <summary>Takes back an interrupt that was asked for, or that has come.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_timer_stop")]
    internal static extern void Stop();
}
