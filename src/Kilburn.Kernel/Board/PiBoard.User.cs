using System;
using System.Runtime.CompilerServices;
using Kilburn.Armv7;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Kernel.Cores;
using Kilburn.Kernel.Faults;
using Kilburn.Kernel.Processes;

namespace Kilburn.Kernel.Board;

/// <content>User mode.</content>
internal unsafe partial struct PiBoard
{
    private const uint LongestWait = int.MaxValue; // CNTV_TVAL is signed

    private static ProcessSystem s_processes; // locks itself
    private static uint s_sliceTicks; // written once at start-up

    /// <inheritdoc/>
    public readonly ref ProcessSystem Processes => ref s_processes;

    /// <inheritdoc/>
    public readonly ReadOnlySpan<byte> Archive
    {
        get
        {
            PhysicalRange archive = BootImage.Current.Archive;
            return new((void*)LinearMap.ToVirtual(archive.Start).Value, (int)archive.LengthInBytes);
        }
    }

    /// <inheritdoc/>
    public readonly bool RunsPrograms => true;

    /// <inheritdoc/>
    public readonly VfpSwitch Vfp => UserRegisters.ReadVfpSwitch();

    /// <inheritdoc/>
    public readonly ulong Now => VirtualTimer.Now();

    /// <summary>The kernel's sp of this core, before it entered user mode.</summary>
    internal readonly uint KernelStack => s_processes.Cores[(int)Cp15.CoreIndex()].KernelStack;

    /// <summary>Measures the time of a slice. Once, at start-up.</summary>
    internal static void PrepareTime() => s_sliceTicks = (uint)VirtualTimer.TicksOf(Scheduler.SliceInMicroseconds);

    /// <summary>Leads the timer and what other cores send to this core.</summary>
    internal static void PrepareCore()
    {
        uint core = Cp15.CoreIndex();
        VirtualTimer.Stop();
        Cp15.WriteUserCounting((uint)UserCounting.Off);
        CoreRegisters.EnableTimers(core, VirtualTimer.InterruptBit);
        CoreRegisters.EnableMailboxes(core, 1u << (int)CoreRegisters.WakeMailbox);
    }

    /// <inheritdoc/>
    public readonly void EnterUser(VirtualAddress thread) =>
        UserEntry.Run(thread, ref s_processes.Cores[(int)Cp15.CoreIndex()].KernelStack);

    /// <inheritdoc/>
    public readonly void SetCounting(UserCounting counting) => Cp15.WriteUserCounting((uint)counting);

    /// <inheritdoc/>
    public readonly uint CopyFromUser(
        ref byte destination, VirtualAddress source, uint lengthInBytes, out FaultReport fault)
    {
        uint left = UserCopies.CopyFrom(Unsafe.AsPointer(in destination), source.Value, lengthInBytes);
        fault = left != 0 ? UserCopies.LastFault : default;
        return lengthInBytes - left;
    }

    /// <inheritdoc/>
    public readonly uint CopyToUser(
        VirtualAddress destination, ref readonly byte source, uint lengthInBytes, out FaultReport fault)
    {
        uint left = UserCopies.CopyTo(destination.Value, Unsafe.AsPointer(in source), lengthInBytes);
        fault = left != 0 ? UserCopies.LastFault : default;
        return lengthInBytes - left;
    }

    /// <inheritdoc/>
    public readonly uint ClearUser(VirtualAddress destination, uint lengthInBytes, out FaultReport fault)
    {
        uint left = UserCopies.Clear(destination.Value, lengthInBytes);
        fault = left != 0 ? UserCopies.LastFault : default;
        return lengthInBytes - left;
    }

    /// <inheritdoc/>
    public readonly void SaveThread(ref ThreadBlock thread) =>
        UserRegisters.SavePointer((ThreadBlock*)Unsafe.AsPointer(in thread));

    /// <inheritdoc/>
    public readonly void LoadThread(ref ThreadBlock thread, VfpSwitch vfp) =>
        UserRegisters.Load((ThreadBlock*)Unsafe.AsPointer(in thread), vfp);

    /// <inheritdoc/>
    public readonly void SaveVfp(ref ThreadBlock thread) =>
        UserRegisters.SaveVfp((ThreadBlock*)Unsafe.AsPointer(in thread));

    /// <inheritdoc/>
    public readonly void LoadVfp(ref ThreadBlock thread) =>
        UserRegisters.LoadVfp((ThreadBlock*)Unsafe.AsPointer(in thread));

    /// <inheritdoc/>
    public readonly ulong TicksOf(uint microseconds) => VirtualTimer.TicksOf(microseconds);

    /// <inheritdoc/>
    public readonly void StartSlice() => VirtualTimer.Start(s_sliceTicks);

    /// <inheritdoc/>
    public readonly void StopSlice() => VirtualTimer.Stop();

    /// <inheritdoc/>
    public readonly uint HelperCores => SecondaryCores.Online;

    /// <inheritdoc/>
    public readonly bool IsSliceOver => VirtualTimer.IsDue();

    /// <inheritdoc/>
    public readonly void WakeCore(uint core)
    {
        Cp15.SynchronizeData(); // what it is woken for comes first
        CoreRegisters.Post(core, CoreRegisters.WakeMailbox, 1);
    }

    /// <inheritdoc/>
    public readonly void TakeWake() => _ = CoreRegisters.Take(Cp15.CoreIndex(), CoreRegisters.WakeMailbox);

    /// <inheritdoc/>
    public readonly void Rest(ulong deadline)
    {
        ulong now = VirtualTimer.Now();
        if (deadline == ulong.MaxValue)
        {
            VirtualTimer.Stop();
        }
        else
        {
            ulong wait = now < deadline ? deadline - now : 0;
            VirtualTimer.Start(wait < LongestWait ? (uint)wait : LongestWait);
        }

        Cp15.WaitForInterrupt(); // a masked interrupt wakes, too
        TakeWake();
    }
}
