using System;
using System.Buffers.Binary;

namespace Kilburn.ShortCalls;

/// <summary>One Thumb-2 instruction, as far as moving it by a few bytes needs to know it.</summary>
/// <remarks>Source: ARM DDI 0406C.d, A6.2 (16-bit encodings) and A6.3 (32-bit encodings).</remarks>
/// <param name="Offset">Of its first byte.</param>
/// <param name="First">First halfword.</param>
/// <param name="Second">Second halfword; zero in a short instruction.</param>
internal readonly record struct ThumbInstruction(int Offset, ushort First, ushort Second)
{
    private const int ShortLength = 2;
    private const int LongLength = 4;
    private const int ProgramCounter = 15;
    private const uint ProgramCounterBit = 1u << ProgramCounter;

    /// <summary>Bytes.</summary>
    internal int Length => First >> 11 >= 0b11101 ? LongLength : ShortLength;

    /// <summary>Offset of what follows.</summary>
    internal int End => Offset + Length;

    /// <summary>MOVW Rd, #imm16 (encoding T3).</summary>
    internal bool IsMoveLow => Length == LongLength && (First & 0xFBF0) == 0xF240 && (Second & 0x8000) == 0;

    /// <summary>MOVT Rd, #imm16.</summary>
    internal bool IsMoveHigh => Length == LongLength && (First & 0xFBF0) == 0xF2C0 && (Second & 0x8000) == 0;

    /// <summary>Rd of MOVW and MOVT.</summary>
    internal int MoveRegister => (Second >> 8) & 0xF;

    /// <summary>imm16 of MOVW and MOVT: imm4:i:imm3:imm8.</summary>
    internal ushort MoveImmediate =>
        (ushort)(((First & 0xF) << 12) | (((First >> 10) & 1) << 11) | (((Second >> 12) & 7) << 8) | (Second & 0xFF));

    /// <summary>Rd of ADD Rd, PC; -1 for others.</summary>
    internal int AddProgramCounterRegister =>
        (First & 0xFF78) == 0x4478 ? (First & 7) | ((First >> 4) & 8) : -1;

    /// <summary>Rm of BLX Rm; -1 for others.</summary>
    internal int CallRegister => (First & 0xFF87) == 0x4780 ? (First >> 3) & 0xF : -1;

    /// <summary>Rm of BX Rm; -1 for others.</summary>
    internal int JumpRegister => (First & 0xFF87) == 0x4700 ? (First >> 3) & 0xF : -1;

    /// <summary>True when it writes the program counter from a register or a table, so that its targets are unknown.</summary>
    internal bool IsComputedJump =>
        (First & 0xFF87) == 0x4687 // MOV PC, Rm
        || (First & 0xFF87) == 0x4487 // ADD PC, Rm
        || (First & 0xFFF0) == 0xE8D0 && (Second & 0xFFE0) == 0xF000 // TBB, TBH
        || ((First & 0xFF70) == 0xF850 && Second >> 12 == ProgramCounter); // LDR PC

    /// <summary>Reads an instruction.</summary>
    /// <param name="code">The section.</param>
    /// <param name="offset">An even offset with an instruction.</param>
    internal static ThumbInstruction Read(ReadOnlySpan<byte> code, int offset)
    {
        ThumbInstruction instruction = new(offset, BinaryPrimitives.ReadUInt16LittleEndian(code[offset..]), 0);
        return instruction.Length == ShortLength
            ? instruction
            : instruction with { Second = BinaryPrimitives.ReadUInt16LittleEndian(code[(offset + ShortLength)..]) };
    }

    /// <summary>Where a direct branch leads.</summary>
    /// <param name="target">The offset.</param>
    /// <returns>False for all that is no direct branch.</returns>
    internal bool TryGetBranchTarget(out int target)
    {
        int from = Offset + LongLength; // what PC reads as
        if (Length == ShortLength)
        {
            if (First >> 12 == 0b1101 && ((First >> 8) & 0xF) < 0b1110)
            {
                target = from + ((sbyte)First << 1);
                return true;
            }

            if (First >> 11 == 0b11100)
            {
                target = from + (First << 21 >> 20);
                return true;
            }

            target = from + (((First >> 9) & 1) << 6) + (((First >> 3) & 0x1F) << 1);
            return (First & 0xF500) == 0xB100; // CBZ, CBNZ
        }

        int sign = (First >> 10) & 1;
        int first = (Second >> 13) & 1;
        int second = (Second >> 11) & 1;
        if (First >> 11 == 0b11110 && (Second & 0xD000) == 0x9000)
        {
            int high = (sign << 24) | ((first ^ sign ^ 1) << 23) | ((second ^ sign ^ 1) << 22);
            target = from + ((high | ((First & 0x3FF) << 12) | ((Second & 0x7FF) << 1)) << 7 >> 7);
            return true;
        }

        int near = (sign << 20) | (second << 19) | (first << 18) | ((First & 0x3F) << 12) | ((Second & 0x7FF) << 1);
        target = from + (near << 11 >> 11);
        return First >> 11 == 0b11110 && (Second & 0xD000) == 0x8000 && ((First >> 7) & 7) != 7;
    }

    /// <summary>True when it gives a register a new value, and does not read the old one.</summary>
    /// <param name="register">Any register but PC.</param>
    /// <returns>False too for what is not known to do so.</returns>
    internal bool Overwrites(int register)
    {
        int low = First & 7;
        int middle = (First >> 3) & 7;
        int high = (First >> 8) & 7;
        if (Length == ShortLength)
        {
            return (First >> 11) switch
            {
                0b00100 or 0b10011 => high == register, // MOVS #imm8; LDR relative to SP
                0b01101 => low == register && middle != register, // LDR Rt, [Rn, #imm5]
                0b01000 when (First & 0xFF00) == 0x4600 => // MOV of any registers
                    (low | ((First >> 4) & 8)) == register && ((First >> 3) & 0xF) != register,
                0b10111 when (First & 0xFE00) == 0xBC00 => register < 8 && (First & Bit(register)) != 0, // POP
                _ => false,
            };
        }

        return (IsMoveLow && MoveRegister == register)
            || ((First & 0xFBEF) == 0xF04F && (Second & 0x8000) == 0 && ((Second >> 8) & 0xF) == register) // MOV #imm
            || ((First & 0xFFF0) == 0xF8D0 && Second >> 12 == register && (First & 0xF) != register) // LDR Rt, [Rn, #imm12]
            || (First == 0xE8BD && (Second & Bit(register)) != 0); // LDMIA SP!
    }

    /// <summary>True when it does the same a few bytes further up: it neither reads the program counter nor goes elsewhere.</summary>
    /// <param name="registers">A bit for each register that it may name; more than it does, rather than fewer.</param>
    internal bool CanMove(out uint registers)
    {
        bool canMove = Length == ShortLength ? CanMoveShort(out registers) : CanMoveLong(out registers);
        return canMove && (registers & ProgramCounterBit) == 0;
    }

    private static uint Bit(int register) => 1u << (register & 0xF);

    private bool CanMoveShort(out uint registers)
    {
        uint low = Bit(First & 7) | Bit((First >> 3) & 7);
        switch (First >> 11)
        {
            case 0b00000 or 0b00001 or 0b00010: // shifts
            case 0b01100 or 0b01101 or 0b01110 or 0b01111 or 0b10000 or 0b10001: // loads, stores with an offset
                registers = low;
                return true;
            case 0b00011 or 0b01010 or 0b01011: // three registers
                registers = low | Bit((First >> 6) & 7);
                return true;
            case 0b00100 or 0b00101 or 0b00110 or 0b00111: // 8-bit immediates
            case 0b10010 or 0b10011 or 0b10101: // relative to SP
                registers = Bit((First >> 8) & 7);
                return true;
            case 0b01000 when (First & 0x0400) == 0: // two low registers
                registers = low;
                return true;
            case 0b01000 when (First & 0x0300) != 0x0300: // ADD, CMP, MOV of any registers
                registers = Bit((First >> 3) & 0xF) | Bit((First & 7) | ((First >> 4) & 8));
                return true;
            case 0b10110 when (First & 0xFF00) == 0xB000: // ADD, SUB SP
                registers = 0;
                return true;
            case 0b10110 when (First & 0xFF00) == 0xB200: // extensions
                registers = low;
                return true;
            case 0b10111 when (First & 0xFF00) == 0xBC00: // POP without PC
                registers = First & 0xFFu;
                return true;
            default:
                registers = 0;
                return false;
        }
    }

    private bool CanMoveLong(out uint registers)
    {
        int n = First & 0xF;
        uint data = Bit((Second >> 8) & 0xF);
        uint target = Bit(Second >> 12);
        if (IsMoveLow || IsMoveHigh)
        {
            registers = data;
            return true;
        }

        if (First >> 11 == 0b11110 && (Second & 0x8000) == 0)
        {
            // Immediates. Rn = 15 is MOV and MVN in one half, and an address of PC in the other.
            registers = data | (n == ProgramCounter ? 0 : Bit(n));
            return n != ProgramCounter || (First & 0x0200) == 0;
        }

        if (First >> 9 == 0b1110101)
        {
            registers = data | Bit(Second & 0xF) | (n == ProgramCounter ? 0 : Bit(n)); // shifted registers
            return true;
        }

        if (First >> 9 == 0b1110100 && (First & 0x40) == 0)
        {
            registers = Second | Bit(n); // LDM, STM
            return true;
        }

        if (First >> 9 == 0b1110100 && (First & 0x0120) != 0)
        {
            registers = target | data | Bit(n); // LDRD, STRD
            return true;
        }

        registers = target | Bit(n) | Bit(Second & 0xF);
        return First >> 9 == 0b1111100 && n != ProgramCounter; // single loads and stores
    }
}
