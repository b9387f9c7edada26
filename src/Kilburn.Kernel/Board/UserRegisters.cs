using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.Kernel.Processes;

namespace Kilburn.Kernel.Board;

/// <summary>Registers of threads that change at a switch only: <c>boot/user.S</c>.</summary>
internal static unsafe class UserRegisters
{
    /// <summary>Keeps TPIDRURW.</summary>
    /// <param name="thread">Whose it is.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_save_thread_pointer")]
    internal static extern void SavePointer(ThreadBlock* thread);

    /// <summary>Loads TPIDRURO and TPIDRURW, and sets FPEXC.EN.</summary>
    /// <param name="thread">Whose they are.</param>
    /// <param name="vfp">FPEXC.EN.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_load_thread")]
    internal static extern void Load(ThreadBlock* thread, VfpSwitch vfp);

    /// <summary>FPEXC.EN.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_is_vfp_on")]
    internal static extern VfpSwitch ReadVfpSwitch();

    /// <summary>Keeps d0 to d31 and FPSCR. Leaves VFP on.</summary>
    /// <param name="thread">Whose they are.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_save_vfp")]
    internal static extern void SaveVfp(ThreadBlock* thread);

    /// <summary>Turns VFP on with d0 to d31 and FPSCR.</summary>
    /// <param name="thread">Whose they are.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_load_vfp")]
    internal static extern void LoadVfp(ThreadBlock* thread);
}
