namespace Kilburn.Kernel.Processes;

/// <summary>CPSR as programs may have it.</summary>
/// <remarks>
/// <code>
///  31 30 29 28 27 26 25 24 23  20 19  16 15   10 9 8 7 6 5 4    0
/// +--+--+--+--+--+-----+--+------+------+-------+-+-+-+-+-+------+
/// |N |Z |C |V |Q | IT  |J |      |  GE  |  IT   |E|A|I|F|T| mode |
/// +--+--+--+--+--+-----+--+------+------+-------+-+-+-+-+-+------+
/// </code>
/// Source: ARM DDI 0406C.d, B1.3.3.
/// </remarks>
internal static class ThreadStatus
{
    /// <summary>User mode, ARM state, interrupts on.</summary>
    internal const uint Initial = 0x10;

    private const uint ThumbBit = 1u << 5;
    private const uint IfThenBits = 0x0600_FC00;
    private const uint OwnBits = 0xF80F_0000 | IfThenBits | ThumbBit; // N to Q, GE, IT, T

    /// <summary>True in Thumb state.</summary>
    /// <param name="status">CPSR.</param>
    internal static bool IsThumb(uint status) => (status & ThumbBit) != 0;

    /// <summary>Bytes of the <c>svc</c> that was just executed.</summary>
    /// <param name="status">CPSR.</param>
    internal static uint LengthOfCall(uint status) => IsThumb(status) ? 2u : 4u;

    /// <summary>What a program asks to go on with, less what is not its own.</summary>
    /// <param name="wanted">Any word.</param>
    internal static uint Of(uint wanted)
    {
        uint own = wanted & OwnBits;
        return Initial | (IsThumb(own) ? own : own & ~IfThenBits);
    }

    /// <summary>Goes on at an address in the instruction set that its bit 0 names.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="entry">Any word.</param>
    internal static void Enter(ref ThreadBlock thread, uint entry)
    {
        thread.Context.Status = (entry & 1) != 0 ? Initial | ThumbBit : Initial;
        thread.Context.ProgramCounter = Align(entry, thread.Context.Status);
    }

    /// <summary>The address as the instruction set has it: anything else is unpredictable in an exception return.</summary>
    /// <param name="address">Any word.</param>
    /// <param name="status">CPSR.</param>
    internal static uint Align(uint address, uint status) => IsThumb(status) ? address & ~1u : address & ~3u;
}
