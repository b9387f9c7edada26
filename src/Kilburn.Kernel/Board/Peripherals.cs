using Kilburn.Core.Addresses;

namespace Kilburn.Kernel.Board;

/// <summary>Where the devices of a Raspberry Pi 2 lie. Source: BCM2835 ARM Peripherals, with the BCM2836's base; QA7.</summary>
internal static class Peripherals
{
    /// <summary>The peripherals of the BCM2835, at the BCM2836's place.</summary>
    internal static PhysicalRange Shared => new(new PhysicalAddress(0x3F00_0000), 0x0100_0000);

    /// <summary>What the BCM2836 adds for its cores: timers, mailboxes, interrupts.</summary>
    internal static PhysicalRange Local => new(new PhysicalAddress(0x4000_0000), 0x0004_0000);

    /// <summary>The page of the first UART, a PL011.</summary>
    internal static PhysicalAddress Uart => new(0x3F20_1000);

    /// <summary>The page of the VideoCore mailboxes.</summary>
    internal static PhysicalAddress Mailbox => new(0x3F00_B000);

    /// <summary>The page of reset and watchdog.</summary>
    internal static PhysicalAddress PowerManagement => new(0x3F10_0000);

    /// <summary>The page of the generator of random numbers.</summary>
    internal static PhysicalAddress RandomNumbers => new(0x3F10_4000);

    /// <summary>The page of the cores' timers, mailboxes and interrupts.</summary>
    internal static PhysicalAddress CoreLocal => Local.Start;
}
