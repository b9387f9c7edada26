using System;
using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.Armv7;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Faults;

/// <summary>Breaks the kernel on purpose: what the emulator's command line <c>crash KIND</c> asks for, to test how it ends.</summary>
internal static unsafe class Crash
{
    private const uint Unmapped = 0xFFFF_8000; // the MiB of the vectors holds no other page
    private const int AbortStack = 1;

    /// <summary>Crashes. Comes back only for a kind that is none.</summary>
    /// <param name="kind">
    /// <c>fault</c>, <c>execute</c>, <c>undefined</c>, <c>invariant</c>, <c>index</c>, <c>overflow</c>, <c>nested</c>, <c>lock</c>.
    /// </param>
    internal static void Run(ReadOnlySpan<byte> kind)
    {
        if (Words.AreEqual(kind, "fault"u8))
        {
            *(uint*)Unmapped = 1;
        }
        else if (Words.AreEqual(kind, "execute"u8))
        {
            _ = Execute(Unmapped); // the panic: no probe
        }
        else if (Words.AreEqual(kind, "undefined"u8))
        {
            Undefined();
        }
        else if (Words.AreEqual(kind, "invariant"u8))
        {
            ArmV7Machine machine = default;
            machine.Panic("T1: broken on purpose"u8, Unmapped);
        }
        else if (Words.AreEqual(kind, "index"u8))
        {
            _ = kind[kind.Length]; // the panic
        }
        else if (Words.AreEqual(kind, "overflow"u8))
        {
            _ = Recurse(0); // never comes back
        }
        else if (Words.AreEqual(kind, "nested"u8))
        {
            UseAbortStack(BootImage.Current.GetGuard(AbortStack).Add(PageSize.Small).Value);
            *(uint*)Unmapped = 1;
        }
        else if (Words.AreEqual(kind, "lock"u8))
        {
            SpinLock higher = default;
            SpinLock lower = default;
            TakeLock(ref higher, LockRank.Frames);
            TakeLock(ref lower, LockRank.Heap);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void TakeLock(ref SpinLock taken, LockRank rank)
    {
        ArmV7Machine machine = default;
        taken.Acquire(ref machine, rank);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint Recurse(uint depth) => Recurse(depth + 1) + depth;

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_execute")]
    private static extern uint Execute(uint address);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_undefined")]
    private static extern void Undefined();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_use_abort_stack")]
    private static extern void UseAbortStack(uint top);
}
