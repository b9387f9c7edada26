using Kilburn.Core.Addresses;

namespace Kilburn.Kernel.Board;

/// <summary>The console: a PL011 UART. Polls; the speed is as firmware left it.</summary>
/// <remarks>One core at a time. Source: ARM DDI 0183G (PL011), 3.3.</remarks>
internal static class Uart
{
    private const uint Data = 0x00;
    private const uint Flags = 0x18;
    private const uint LineControl = 0x2C;
    private const uint Control = 0x30;
    private const uint InterruptMask = 0x38;
    private const uint ReceiveEmpty = 1u << 4;
    private const uint TransmitFull = 1u << 5;
    private const uint EightBits = 0x60;
    private const uint Enabled = 1u << 0;
    private const uint EnableBoth = 0x301;
    private const uint ByteMask = 0xFF;

    private static DeviceRegisters s_registers; // start-up only

    /// <summary>Uses the UART at an address, from now on.</summary>
    /// <param name="page">Where its registers are mapped.</param>
    internal static void Use(VirtualAddress page) => s_registers = new DeviceRegisters(page);

    /// <summary>Lets the UART send and receive, without interrupts.</summary>
    /// <remarks>
    /// One that firmware has set up stays as it is. Elsewhere the queues stay off: turning them on loses what has come already.
    /// </remarks>
    internal static void Enable()
    {
        s_registers.Write(InterruptMask, 0);
        if ((s_registers.Read(Control) & Enabled) == 0)
        {
            s_registers.Write(LineControl, EightBits);
            s_registers.Write(Control, EnableBoth);
        }
    }

    /// <summary>Sends a byte; a line feed goes out behind a carriage return. Says nothing before there is a UART.</summary>
    /// <param name="value">ASCII.</param>
    internal static void Write(byte value)
    {
        if (value == (byte)'\n')
        {
            Send((byte)'\r');
        }

        Send(value);
    }

    /// <summary>Takes a byte, if one has come.</summary>
    /// <param name="value">The byte; zero when there is none.</param>
    internal static bool TryRead(out byte value)
    {
        bool hasCome = (s_registers.Read(Flags) & ReceiveEmpty) == 0;
        value = hasCome ? (byte)(s_registers.Read(Data) & ByteMask) : (byte)0;
        return hasCome;
    }

    private static void Send(byte value)
    {
        if (!s_registers.IsMapped)
        {
            return;
        }

        while ((s_registers.Read(Flags) & TransmitFull) != 0)
        {
        }

        s_registers.Write(Data, value);
    }
}
