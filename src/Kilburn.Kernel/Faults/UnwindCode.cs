namespace Kilburn.Kernel.Faults;

/// <summary>The bytes that say how to leave a function: what to add to the stack pointer, what to pop.</summary>
/// <remarks>
/// The linker's table has two words for a function: where it starts, and the bytes themselves or where they lie. Both places are
/// given relative to the word, in 31 bits. The bytes run from the top of a word down; their first says which form they have.
/// <code>
///  31 30    28 27   24 23                       0
/// +--+--------+-------+--------------------------+
/// | 1|   0    | form 0|       three bytes        |
/// +--+--------+-------+-------------+------------+
/// | 1|   0    | form 1| words after | two bytes  |
/// +--+--------+-------+-------------+------------+
/// </code>
/// Source: ARM IHI 0038 (Exception Handling ABI for the ARM Architecture), 6 and 10.
/// </remarks>
internal unsafe struct UnwindCode
{
    private const uint CannotUnwind = 1;
    private const uint CompactBit = 1u << 31;
    private const int FormShift = 24;
    private const uint FormMask = 0xF;
    private const int CountShift = 16;
    private const uint CountMask = 0xFF;
    private const int BitsOfShortForm = 24;
    private const int BitsOfLongForm = 16;
    private const int BitsOfWord = 32;
    private const int BitsOfByte = 8;
    private const uint ByteMask = 0xFF;

    private uint* _word;
    private uint _wordsLeft;
    private int _bitsLeft;

    /// <summary>Finds the bytes of a function.</summary>
    /// <param name="entry">Its second word in the table.</param>
    /// <param name="code">At the first byte.</param>
    /// <returns>False when there are none, or in a form that compiled C# does not have.</returns>
    internal static bool TryRead(uint* entry, out UnwindCode code)
    {
        code = default;
        if (*entry == CannotUnwind)
        {
            return false;
        }

        uint* word = (*entry & CompactBit) != 0 ? entry : (uint*)Resolve(entry);
        uint form = (*word >> FormShift) & FormMask;
        if ((*word & CompactBit) == 0 || form > 1)
        {
            return false;
        }

        code._word = word;
        code._wordsLeft = form == 0 ? 0 : (*word >> CountShift) & CountMask;
        code._bitsLeft = form == 0 ? BitsOfShortForm : BitsOfLongForm;
        return true;
    }

    /// <summary>The address that a word of the table means.</summary>
    /// <param name="word">Bits 30:0 are an offset from the word itself.</param>
    internal static uint Resolve(uint* word) => unchecked((uint)word + (uint)((int)(*word << 1) >> 1));

    /// <summary>Takes the next byte.</summary>
    /// <param name="value">The byte; zero behind the last.</param>
    internal bool TryTake(out uint value)
    {
        if (_bitsLeft == 0 && _wordsLeft != 0)
        {
            _word++;
            _wordsLeft--;
            _bitsLeft = BitsOfWord;
        }

        bool isThere = _bitsLeft != 0;
        _bitsLeft -= isThere ? BitsOfByte : 0;
        value = isThere ? (*_word >> _bitsLeft) & ByteMask : 0;
        return isThere;
    }
}
