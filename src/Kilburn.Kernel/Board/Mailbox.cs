using Kilburn.Armv7;
using Kilburn.Core.Addresses;

namespace Kilburn.Kernel.Board;

/// <summary>Questions to the VideoCore: the property channel of its mailbox.</summary>
/// <remarks>
/// The VideoCore reads memory, not the cores' caches: the buffer is cleaned and invalidated to coherency around each question, and
/// named by its uncached bus address. One core at a time.
/// Source: raspberrypi/firmware wiki, "Mailboxes", "Mailbox property interface", "Accessing mailboxes".
/// </remarks>
internal static class Mailbox
{
    private const uint Read = 0x880;
    private const uint ReadStatus = 0x898;
    private const uint Write = 0x8A0;
    private const uint WriteStatus = 0x8B8;
    private const uint Empty = 1u << 30;
    private const uint Full = 1u << 31;
    private const uint PropertyChannel = 8;
    private const uint ChannelMask = 0xF;
    private const uint UncachedBusAlias = 0xC000_0000;
    private const int Patience = 1 << 24; // looks at the status; more than a second

    private const uint ArmMemoryTag = 0x0001_0005;
    private const uint VideoCoreMemoryTag = 0x0001_0006;
    private const uint ResponseOk = 0x8000_0000;

    // Words of the buffer: one tag that answers with a base and a size.
    private const uint BufferBytes = 64;
    private const uint LengthWord = 0;
    private const uint CodeWord = 4;
    private const uint TagWord = 8;
    private const uint TagLengthWord = 12;
    private const uint TagCodeWord = 16;
    private const uint BaseWord = 20;
    private const uint SizeWord = 24;
    private const uint EndWord = 28;
    private const uint MessageBytes = 32;
    private const uint AnswerBytes = 8;

    private static DeviceRegisters s_registers; // start-up only

    /// <summary>Uses the mailboxes at an address, from now on.</summary>
    /// <param name="page">Where their registers are mapped.</param>
    internal static void Use(VirtualAddress page) => s_registers = new DeviceRegisters(page);

    /// <summary>Asks which memory is the ARM cores'.</summary>
    /// <param name="machine">This core.</param>
    /// <param name="range">The memory; empty on failure.</param>
    internal static bool TryGetArmMemory(ref ArmV7Machine machine, out PhysicalRange range) =>
        TryGetRange(ref machine, ArmMemoryTag, out range);

    /// <summary>Asks which memory the VideoCore keeps for itself.</summary>
    /// <param name="machine">This core.</param>
    /// <param name="range">The memory; empty on failure.</param>
    internal static bool TryGetVideoCoreMemory(ref ArmV7Machine machine, out PhysicalRange range) =>
        TryGetRange(ref machine, VideoCoreMemoryTag, out range);

    private static bool TryGetRange(ref ArmV7Machine machine, uint tag, out PhysicalRange range)
    {
        PhysicalAddress buffer = BootImage.Current.MailboxBuffer;
        machine.Clear(buffer, BufferBytes);
        machine.Data<uint>(buffer.Add(LengthWord)) = MessageBytes;
        machine.Data<uint>(buffer.Add(TagWord)) = tag;
        machine.Data<uint>(buffer.Add(TagLengthWord)) = AnswerBytes;
        machine.Data<uint>(buffer.Add(TagCodeWord)) = 0;
        machine.Data<uint>(buffer.Add(EndWord)) = 0;
        machine.CleanInvalidateToCoherency(buffer, BufferBytes);
        machine.SynchronizeData();

        bool isAnswered = TryExchange(buffer.Value | UncachedBusAlias | PropertyChannel);
        machine.CleanInvalidateToCoherency(buffer, BufferBytes);
        machine.SynchronizeData();
        range = default;
        return isAnswered
            && machine.Data<uint>(buffer.Add(CodeWord)) == ResponseOk
            && PhysicalRange.TryCreate(
                new PhysicalAddress(machine.Data<uint>(buffer.Add(BaseWord))),
                machine.Data<uint>(buffer.Add(SizeWord)),
                out range) == Core.VmStatus.Ok;
    }

    /// <summary>Posts a message and waits for its return.</summary>
    private static bool TryExchange(uint message)
    {
        int patience = Patience;
        while ((s_registers.Read(WriteStatus) & Full) != 0)
        {
            if (--patience == 0)
            {
                return false;
            }
        }

        s_registers.Write(Write, message);
        while (patience != 0)
        {
            if ((s_registers.Read(ReadStatus) & Empty) == 0)
            {
                uint answer = s_registers.Read(Read);
                if ((answer & ChannelMask) == PropertyChannel)
                {
                    return answer == message;
                }
            }

            patience--;
        }

        return false;
    }
}
