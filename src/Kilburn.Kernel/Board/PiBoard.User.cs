using System;
using System.Runtime.CompilerServices;
using Kilburn.Armv7;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Kernel.Faults;
using Kilburn.Kernel.Processes;

namespace Kilburn.Kernel.Board;

/// <content>User mode.</content>
internal unsafe partial struct PiBoard
{
    private const uint LongestWait = int.MaxValue; // CNTV_TVAL is signed

    private static ProcessSystem s_processes; // core 0 only
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

    /// <summary>Leads the timer to this core.</summary>
    internal static void PrepareTimer()
    {
        s_sliceTicks = (uint)VirtualTimer.TicksOf(Scheduler.SliceInMicroseconds);
        VirtualTimer.Stop();
        CoreRegisters.EnableTimers(Cp15.CoreIndex(), VirtualTimer.InterruptBit);
    }

    /// <inheritdoc/>
    public readonly void EnterUser(VirtualAddress thread) => UserEntry.Run(thread, ref s_processes.KernelStack);

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
    public readonly void SleepUntil(ulong deadline)
    {
        ulong now = VirtualTimer.Now();
        while (now < deadline)
        {
            ulong wait = deadline - now;
            VirtualTimer.Start(wait < LongestWait ? (uint)wait : LongestWait);
            Cp15.WaitForInterrupt(); // a masked interrupt wakes, too
            now = VirtualTimer.Now();
        }
    }
}
