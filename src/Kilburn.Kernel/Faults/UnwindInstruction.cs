namespace Kilburn.Kernel.Faults;

/// <summary>The bytes of unwind code: each name is the first value of its kind.</summary>
/// <remarks>
/// <code>
/// 00xxxxxx            sp += 4x + 4
/// 01xxxxxx            sp -= 4x + 4
/// 1000iiii iiiiiiii   pop the registers of a mask, r4 in bit 0
/// 1001nnnn            sp = rn
/// 10100nnn            pop r4 to r4+n
/// 10101nnn            pop r4 to r4+n, and lr
/// 10110000            finish
/// 10110001 0000iiii   pop the registers of a mask, r0 in bit 0
/// 10110010 uleb128    sp += 0x204 + 4 x uleb128
/// </code>
/// Source: ARM IHI 0038, 10.3, Table 4.
/// </remarks>
internal static class UnwindInstruction
{
    /// <summary>Moves the stack pointer down.</summary>
    internal const uint Subtract = 0b0100_0000;

    /// <summary>Pops by a mask of r4 to r15.</summary>
    internal const uint PopMasked = 0b1000_0000;

    /// <summary>Takes the stack pointer from a register.</summary>
    internal const uint SetStackPointer = 0b1001_0000;

    /// <summary>Pops r4 and the registers behind it.</summary>
    internal const uint PopRun = 0b1010_0000;

    /// <summary>The end.</summary>
    internal const uint Finish = 0b1011_0000;

    /// <summary>Pops by a mask of r0 to r3.</summary>
    internal const uint PopArguments = 0b1011_0001;

    /// <summary>Moves the stack pointer far up.</summary>
    internal const uint AddLarge = 0b1011_0010;

    private const uint CountMask = 0x3F;
    private const uint LargeOffset = 0x204;
    private const uint Uleb128More = 0x80;
    private const int Uleb128Bits = 7;

    /// <summary>Bytes that the stack pointer moves by.</summary>
    /// <param name="instruction">Below <see cref="PopMasked"/>.</param>
    internal static uint WordsOf(uint instruction) => ((instruction & CountMask) + 1) * sizeof(uint);

    /// <summary>Bytes that the stack pointer moves by after <see cref="AddLarge"/>.</summary>
    /// <param name="code">At the number.</param>
    internal static uint TakeLargeOffset(ref UnwindCode code)
    {
        uint number = 0;
        uint part;
        int shift = 0;
        do
        {
            if (!code.TryTake(out part))
            {
                break;
            }

            number |= (part & ~Uleb128More) << shift;
            shift += Uleb128Bits;
        }
        while ((part & Uleb128More) != 0);

        return LargeOffset + (number * sizeof(uint));
    }
}
