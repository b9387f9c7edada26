using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace Kilburn.ShortCalls;

/// <summary>Turns calls through a register into direct ones, in place.</summary>
/// <remarks>
/// <para>
/// ilc computes the address of whatever it calls: MOVW, MOVT, ADD PC, BLX, and for assembly a branch in a thunk on top. A BL
/// does the same in one instruction, and reaches 16 MiB. Nothing changes its place, so that branches, line numbers and
/// unwind tables stay right; the call stays where it ends, so that return addresses do as well:
/// </para>
/// <code>
///   movw r3, #lo              mov  r0, r4
///   movt r3, #hi              b.n  .+8
///   add  r3, pc               nop; nop; nop
///   mov  r0, r4               bl   callee
///   blx  r3
/// </code>
/// <para>
/// What stands between address and call moves up, and has to be fit for it (<see cref="ThumbInstruction.CanMove"/>). A sequence is
/// left alone when a branch leads into it, when the register could be used again, or when anything in it has a relocation of its own;
/// a method with a computed jump is left alone as a whole. A jump at a method's end (BX) becomes B.W in the same way.
/// </para>
/// </remarks>
/// <param name="code">The section with code.</param>
/// <param name="relocations">Its relocations, by offset.</param>
/// <param name="isMethod">Tells whether a method begins at an offset of the section.</param>
internal sealed class CallShortener(
    Memory<byte> code, IReadOnlyDictionary<int, Relocation> relocations, Func<int, bool> isMethod)
{
    private const int AddressLength = 10; // MOVW, MOVT, ADD
    private const int CallLength = 4;
    private const int PipelineLength = 4;
    private const int MostMoved = 12;
    private const uint ThumbBit = 1;
    private const ushort Nop = 0xBF00;
    private const ushort BranchNear = 0xE000;
    private const int Reach = 1 << 24;

    private const int MostLookedAt = 16;

    // r0 to r3, r12 and lr do not survive a call; what lies in another register may be used again.
    private const uint Scratch = 0x500F;

    private readonly List<RelocatedCall> _relocatedCalls = [];

    /// <summary>The calls whose targets the linker has to fill in.</summary>
    internal IReadOnlyList<RelocatedCall> RelocatedCalls => _relocatedCalls;

    /// <summary>Calls and jumps shortened.</summary>
    internal int Count { get; private set; }

    private Span<byte> Code => code.Span;

    /// <summary>Shortens what can be in one method.</summary>
    /// <param name="start">Its first byte.</param>
    /// <param name="end">One past its last.</param>
    internal void Shorten(int start, int end)
    {
        List<ThumbInstruction> instructions = [];
        HashSet<int> targets = [];
        for (int offset = start; offset < end; offset = instructions[^1].End)
        {
            ThumbInstruction instruction = ThumbInstruction.Read(Code, offset);
            instructions.Add(instruction);
            if (instruction.IsComputedJump)
            {
                return; // it could lead anywhere
            }

            if (instruction.TryGetBranchTarget(out int target))
            {
                _ = targets.Add(target);
            }
        }

        for (int index = 0; index + 3 < instructions.Count; index++)
        {
            if (TryFindCall(instructions, index, targets, out int call))
            {
                Rewrite(instructions, index, call);
                index = call;
            }
        }
    }

    private static bool IsAddress(List<ThumbInstruction> instructions, int index, out int register)
    {
        register = instructions[index].MoveRegister;
        return instructions[index].IsMoveLow
            && instructions[index + 1].IsMoveHigh
            && instructions[index + 1].MoveRegister == register
            && instructions[index + 2].AddProgramCounterRegister == register;
    }

    // True when what follows gives the register another value before anything could use this one.
    private static bool IsDead(List<ThumbInstruction> instructions, int index, int register)
    {
        for (int looked = 0; index < instructions.Count && looked < MostLookedAt; index++, looked++)
        {
            if (instructions[index].Overwrites(register))
            {
                return true;
            }

            if (!instructions[index].CanMove(out uint registers) || ((registers >> register) & 1) != 0)
            {
                return false;
            }
        }

        return false;
    }

    private bool TryFindCall(List<ThumbInstruction> instructions, int index, HashSet<int> targets, out int call)
    {
        call = index + 3;
        if (!IsAddress(instructions, index, out int register)
            || targets.Contains(instructions[index + 1].Offset)
            || targets.Contains(instructions[index + 2].Offset))
        {
            return false;
        }

        for (; call < instructions.Count && call <= index + 3 + MostMoved; call++)
        {
            ThumbInstruction instruction = instructions[call];
            if (targets.Contains(instruction.Offset))
            {
                return false;
            }

            if (instruction.CallRegister == register || instruction.JumpRegister == register)
            {
                return (((Scratch >> register) & 1) != 0 || IsDead(instructions, call + 1, register))
                    && TryGetTarget(instructions[index], instructions[index + 1], instructions[index + 2], out _, out _);
            }

            if (!instruction.CanMove(out uint registers)
                || ((registers >> register) & 1) != 0
                || relocations.ContainsKey(instruction.Offset))
            {
                return false;
            }
        }

        return false;
    }

    // Either a method of this section, or what two relocations of one symbol name.
    private bool TryGetTarget(
        ThumbInstruction low, ThumbInstruction high, ThumbInstruction add, out int target, out Relocation? symbol)
    {
        int from = add.Offset + PipelineLength;
        symbol = null;
        target = 0;
        bool isLowRelocated = relocations.TryGetValue(low.Offset, out Relocation lowRelocation);
        bool isHighRelocated = relocations.TryGetValue(high.Offset, out Relocation highRelocation);
        if (isLowRelocated != isHighRelocated)
        {
            return false;
        }

        if (isLowRelocated)
        {
            // The addends say how far the instructions are before the PC that ADD reads, and nothing else.
            symbol = lowRelocation;
            return lowRelocation.Type == RelocationType.MoveLowRelative
                && highRelocation.Type == RelocationType.MoveHighRelative
                && lowRelocation.Symbol == highRelocation.Symbol
                && lowRelocation.IsMethod
                && (short)low.MoveImmediate == low.Offset - from
                && (short)high.MoveImmediate == high.Offset - from;
        }

        uint address = unchecked((uint)(from + ((high.MoveImmediate << 16) | low.MoveImmediate)));
        target = unchecked((int)(address & ~ThumbBit));
        return (address & ThumbBit) != 0 && target >= 0 && target < Code.Length && isMethod(target)
            && Math.Abs(target - from) < Reach - PipelineLength;
    }

    private void Rewrite(List<ThumbInstruction> instructions, int index, int call)
    {
        int start = instructions[index].Offset;
        int end = instructions[call].End;
        bool isCall = instructions[call].CallRegister >= 0;
        _ = TryGetTarget(instructions[index], instructions[index + 1], instructions[index + 2], out int target, out Relocation? symbol);

        int moved = instructions[call].Offset - start - AddressLength;
        Code.Slice(start + AddressLength, moved).CopyTo(Code[start..]);
        for (int offset = start + moved; offset < end; offset += sizeof(ushort))
        {
            Write(offset, Nop);
        }

        int place = isCall ? end - CallLength : start + moved;
        if (isCall)
        {
            int skip = start + moved;
            Write(skip, (ushort)(BranchNear | ((place - skip - PipelineLength) >> 1)));
        }

        if (symbol is { } relocation)
        {
            WriteBranch(place, -PipelineLength, isCall);
            _relocatedCalls.Add(new RelocatedCall(place, isCall, relocation, relocations[instructions[index + 1].Offset]));
        }
        else
        {
            WriteBranch(place, target - place - PipelineLength, isCall);
        }

        Count++;
    }

    // BL (T1) and B.W (T4): S:I1:I2:imm10:imm11:0, with J = not (I xor S). DDI 0406C.d, A8.8.25, A8.8.18.
    private void WriteBranch(int offset, int distance, bool isCall)
    {
        int sign = (distance >> 24) & 1;
        int first = ((distance >> 23) & 1) ^ sign ^ 1;
        int second = ((distance >> 22) & 1) ^ sign ^ 1;
        Write(offset, (ushort)(0xF000 | (sign << 10) | ((distance >> 12) & 0x3FF)));
        Write(
            offset + sizeof(ushort),
            (ushort)((isCall ? 0xD000 : 0x9000) | (first << 13) | (second << 11) | ((distance >> 1) & 0x7FF)));
    }

    private void Write(int offset, ushort halfword) => BinaryPrimitives.WriteUInt16LittleEndian(Code[offset..], halfword);
}
