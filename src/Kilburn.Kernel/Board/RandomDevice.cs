using Kilburn.Core.Addresses;

namespace Kilburn.Kernel.Board;

/// <summary>The BCM2835's generator of random numbers.</summary>
/// <remarks>One core at a time. Source: Linux, drivers/char/hw_random/bcm2835-rng.c; QEMU, hw/misc/bcm2835_rng.c.</remarks>
internal static class RandomDevice
{
    private const uint Control = 0x00;
    private const uint Status = 0x04;
    private const uint Data = 0x08;
    private const uint InterruptMask = 0x10;
    private const uint Enabled = 1u << 0;
    private const uint NoInterrupt = 1u << 0;
    private const uint WarmUpWords = 0x4_0000; // the first ones are less random than they look
    private const int WordsShift = 24;
    private const int Patience = 1 << 24; // looks at the status; more than the warm-up takes

    private static DeviceRegisters s_registers; // start-up only

    /// <summary>Uses the generator at an address, from now on; it starts with the first number that is drawn.</summary>
    /// <param name="page">Where its registers are mapped.</param>
    internal static void Use(VirtualAddress page) => s_registers = new DeviceRegisters(page);

    /// <summary>Waits for a random word.</summary>
    /// <param name="word">The word; zero on failure.</param>
    /// <returns>False when the generator has none.</returns>
    internal static bool TryDraw(out uint word)
    {
        word = 0;
        if ((s_registers.Read(Control) & Enabled) == 0)
        {
            s_registers.Write(InterruptMask, NoInterrupt);
            s_registers.Write(Status, WarmUpWords);
            s_registers.Write(Control, Enabled);
        }

        for (int patience = Patience; patience != 0; patience--)
        {
            if (s_registers.Read(Status) >> WordsShift != 0)
            {
                word = s_registers.Read(Data);
                return true;
            }
        }

        return false;
    }
}
