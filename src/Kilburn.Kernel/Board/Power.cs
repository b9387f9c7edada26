using System.Diagnostics.CodeAnalysis;
using Kilburn.Armv7;
using Kilburn.Core.Addresses;

namespace Kilburn.Kernel.Board;

/// <summary>Off and on again: the emulator's exit where there is one, else the BCM2835's power management.</summary>
/// <remarks>
/// Source: BCM2835 power management as firmware and QEMU (hw/misc/bcm2835_powermgt.c) know it: a full reset by the watchdog, and
/// a boot partition of 63, which firmware takes for "stay off".
/// </remarks>
internal static class Power
{
    private const uint ResetControl = 0x1C;
    private const uint ResetStatus = 0x20;
    private const uint Watchdog = 0x24;
    private const uint Password = 0x5A00_0000;
    private const uint FullReset = 0x20;
    private const uint ConfigurationMask = 0x30;
    private const uint HaltPartition = 0x555;
    private const uint PasswordMask = 0xFF00_0000;
    private const uint Ticks = 10;

    private static DeviceRegisters s_registers; // start-up only

    /// <summary>Uses power management at an address, from now on.</summary>
    /// <param name="page">Where its registers are mapped.</param>
    internal static void Use(VirtualAddress page) => s_registers = new DeviceRegisters(page);

    /// <summary>Ends the machine.</summary>
    /// <param name="status">The emulator's exit status; a board has none.</param>
    [DoesNotReturn]
    internal static void Off(uint status)
    {
        ConsoleLines.Flush();
        Semihosting.Exit(status);
        if (s_registers.IsMapped)
        {
            s_registers.Write(ResetStatus, Password | (s_registers.Read(ResetStatus) & ~PasswordMask) | HaltPartition);
            Reset();
        }

        Sleep();
    }

    /// <summary>Starts the machine again.</summary>
    [DoesNotReturn]
    internal static void Reboot()
    {
        ConsoleLines.Flush();
        if (s_registers.IsMapped)
        {
            Reset();
        }

        Sleep();
    }

    private static void Reset()
    {
        s_registers.Write(Watchdog, Password | Ticks);
        uint control = s_registers.Read(ResetControl) & ~(PasswordMask | ConfigurationMask);
        s_registers.Write(ResetControl, Password | control | FullReset);
    }

    [DoesNotReturn]
    private static void Sleep()
    {
        while (true)
        {
            _ = Cp15.MaskInterrupts(); // never restored: this core does nothing any more
            Cp15.WaitForInterrupt();
        }
    }
}
