using Xunit;

namespace Kilburn.ShortCalls.Tests;

/// <remarks>Encodings by GNU as, checked against ARM DDI 0406C.d, A8.8.</remarks>
public sealed class ThumbInstructionTests
{
    [Theory]
    [InlineData(0xD0FE, 0, 0)] // beq .
    [InlineData(0xE7FE, 0, 0)] // b.n .
    [InlineData(0xE003, 0, 10)] // b.n .+10
    [InlineData(0xB110, 0, 8)] // cbz r0, .+8
    [InlineData(0xBB10, 0, 72)] // cbnz r0, .+72
    [InlineData(0xF000, 0x8002, 8)] // beq.w .+8
    [InlineData(0xF43F, 0xAFFE, 0)] // beq.w .
    [InlineData(0xF7FF, 0xBFFE, 0)] // b.w .
    [InlineData(0xF000, 0xB804, 12)] // b.w .+12
    public void TryGetBranchTarget_DirectBranch_GivesOffset(int first, int second, int expected)
    {
        ThumbInstruction instruction = new(100, (ushort)first, (ushort)second);

        Assert.True(instruction.TryGetBranchTarget(out int target));
        Assert.Equal(100 + expected, target);
    }

    [Theory]
    [InlineData(0x4770, 0)] // bx lr
    [InlineData(0x4798, 0)] // blx r3
    [InlineData(0xDF00, 0)] // svc
    [InlineData(0xF7FF, 0xFFFE)] // bl
    [InlineData(0xF3BF, 0x8F5F)] // dmb sy
    [InlineData(0xB510, 0)] // push {r4, lr}
    public void TryGetBranchTarget_Other_IsFalse(int first, int second) =>
        Assert.False(new ThumbInstruction(100, (ushort)first, (ushort)second).TryGetBranchTarget(out _));

    [Theory]
    [InlineData(0x4620, 0, 0x0011)] // mov r0, r4
    [InlineData(0x2218, 0, 0x0004)] // movs r2, #24
    [InlineData(0x9901, 0, 0x0002)] // ldr r1, [sp, #4]
    [InlineData(0x6859, 0, 0x000A)] // ldr r1, [r3, #4]
    [InlineData(0xB083, 0, 0x0000)] // sub sp, #12
    [InlineData(0xBC30, 0, 0x0030)] // pop {r4, r5}
    [InlineData(0xF04F, 0x0301, 0x0008)] // mov.w r3, #1
    [InlineData(0xF10D, 0x0310, 0x2008)] // add.w r3, sp, #16
    [InlineData(0xE8BD, 0x4010, 0x6010)] // ldmia.w sp!, {r4, lr}
    [InlineData(0xF8D4, 0x10D8, 0x0012)] // ldr.w r1, [r4, #216]
    public void CanMove_InstructionWithoutProgramCounter_NamesItsRegisters(int first, int second, int expected)
    {
        Assert.True(new ThumbInstruction(0, (ushort)first, (ushort)second).CanMove(out uint registers));
        Assert.Equal((uint)expected, registers & (uint)expected); // it may name more than it has
    }

    [Theory]
    [InlineData(0x4801, 0)] // ldr r0, [pc, #4]
    [InlineData(0xA001, 0)] // adr r0, .+8
    [InlineData(0x4478, 0)] // add r0, pc
    [InlineData(0xBD10, 0)] // pop {r4, pc}
    [InlineData(0xE8BD, 0x8010)] // ldmia.w sp!, {r4, pc}
    [InlineData(0xF20F, 0x0004)] // adr.w r0, .+8
    [InlineData(0xF8DF, 0x0004)] // ldr.w r0, [pc, #4]
    [InlineData(0xE850, 0x3F00)] // ldrex r3, [r0]
    [InlineData(0xF7FF, 0xFFFE)] // bl
    [InlineData(0xBF08, 0)] // it eq
    public void CanMove_InstructionThatDependsOnItsPlace_IsFalse(int first, int second) =>
        Assert.False(new ThumbInstruction(0, (ushort)first, (ushort)second).CanMove(out _));
}
