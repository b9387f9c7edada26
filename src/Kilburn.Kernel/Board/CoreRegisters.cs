using Kilburn.Core.Addresses;

namespace Kilburn.Kernel.Board;

/// <summary>What the BCM2836 adds for its cores: mailboxes from core to core, and which interrupts reach which core.</summary>
/// <remarks>Each register is one core's or is written without being read, so that nothing here needs a lock. Source: BCM2836 ARM-local peripherals QA7, 4.6 to 4.10.</remarks>
internal static class CoreRegisters
{
    /// <summary>The mailbox that wakes a core.</summary>
    internal const uint WakeMailbox = 0;

    /// <summary>The mailbox that a sleeping core of firmware or of the boot code takes an address from.</summary>
    internal const uint StartMailbox = 3;

    private const uint TimerInterruptControl = 0x40;
    private const uint MailboxInterruptControl = 0x50;
    private const uint MailboxSet = 0x80;
    private const uint MailboxReadClear = 0xC0;
    private const int WordShift = 2;
    private const int CoreShift = 4;

    private static DeviceRegisters s_registers; // written once at start-up

    /// <summary>Uses the registers at an address, from now on.</summary>
    /// <param name="page">Where they are mapped.</param>
    internal static void Use(VirtualAddress page) => s_registers = new DeviceRegisters(page);

    /// <summary>Chooses which timers interrupt a core.</summary>
    /// <param name="core">The core.</param>
    /// <param name="timers">Bits 0 to 3: secure and non-secure physical, hypervisor's, virtual timer; as IRQ.</param>
    internal static void EnableTimers(uint core, uint timers) =>
        s_registers.Write(TimerInterruptControl + (core << WordShift), timers);

    /// <summary>Chooses which mailboxes interrupt a core while they are not empty.</summary>
    /// <param name="core">The core.</param>
    /// <param name="mailboxes">A bit for each of its four.</param>
    internal static void EnableMailboxes(uint core, uint mailboxes) =>
        s_registers.Write(MailboxInterruptControl + (core << WordShift), mailboxes);

    /// <summary>Sets bits of a core's mailbox.</summary>
    /// <param name="core">The core.</param>
    /// <param name="mailbox">0 to 3.</param>
    /// <param name="bits">Added to those that are set.</param>
    internal static void Post(uint core, uint mailbox, uint bits) =>
        s_registers.Write(MailboxSet + (core << CoreShift) + (mailbox << WordShift), bits);

    /// <summary>Empties a core's mailbox.</summary>
    /// <param name="core">The core.</param>
    /// <param name="mailbox">0 to 3.</param>
    /// <returns>The bits that were set.</returns>
    internal static uint Take(uint core, uint mailbox)
    {
        uint register = MailboxReadClear + (core << CoreShift) + (mailbox << WordShift);
        uint bits = s_registers.Read(register);
        s_registers.Write(register, bits);
        return bits;
    }
}
