using Xunit;

namespace Kilburn.ShortCalls.Tests;

/// <remarks>
/// Encodings by hand from ARM DDI 0406C.d, A8.8. Every section begins with the callee, BX LR; the caller starts at offset 2, so that
/// its ADD r3, PC stands at 10 and reads 14: the address of the callee, with the Thumb bit, is 14 - 13.
/// </remarks>
public sealed class CallShortenerTests
{
    // movw r3, #0xFFF3; movt r3, #0xFFFF; add r3, pc
    private static readonly ushort[] s_address = [0xF64F, 0x73F3, 0xF6CF, 0x73FF, 0x447B];

    [Fact]
    public void Shorten_Call_BecomesBranchAndLinkThatEndsWhereTheCallDid()
    {
        Assembled section = new([Assembled.Return, .. s_address, 0x4798, 0x4770]);

        CallShortener shortener = section.Shorten();

        // b.n .+8; nop; nop; nop; bl -14 (from 10: 14 - 14 = 0); bx lr
        Assert.Equal(1, shortener.Count);
        Assert.Equal([Assembled.Return, 0xE002, 0xBF00, 0xBF00, 0xBF00, 0xF7FF, 0xFFF9, 0x4770], section.Halfwords);
    }

    [Fact]
    public void Shorten_ArgumentsBetweenAddressAndCall_MoveUp()
    {
        // mov r0, r4; ldr r1, [sp, #4]; movs r2, #24; blx r3
        Assembled section = new([Assembled.Return, .. s_address, 0x4620, 0x9901, 0x2218, 0x4798]);

        Assert.Equal(1, section.Shorten().Count);
        Assert.Equal(
            [Assembled.Return, 0x4620, 0x9901, 0x2218, 0xE002, 0xBF00, 0xBF00, 0xBF00, 0xF7FF, 0xFFF6], section.Halfwords);
    }

    [Fact]
    public void Shorten_JumpAtTheEnd_BecomesBranch()
    {
        // ldmia.w sp!, {r4, lr}; bx r3
        Assembled section = new([Assembled.Return, .. s_address, 0xE8BD, 0x4010, 0x4718]);

        Assert.Equal(1, section.Shorten().Count);
        Assert.Equal(
            [Assembled.Return, 0xE8BD, 0x4010, 0xF7FF, 0xBFFB, 0xBF00, 0xBF00, 0xBF00, 0xBF00], section.Halfwords);
    }

    [Theory]
    [InlineData(new ushort[] { 0x461C, 0x4798 })] // mov r4, r3: the address is used otherwise
    [InlineData(new ushort[] { 0x2301, 0x4798 })] // movs r3, #1: it is another address by then
    [InlineData(new ushort[] { 0xA001, 0x4798 })] // adr r0: reads PC
    [InlineData(new ushort[] { 0x4801, 0x4798 })] // ldr r0, [pc, #4]
    [InlineData(new ushort[] { 0x4478, 0x4798 })] // add r0, pc
    [InlineData(new ushort[] { 0x4770, 0x4798 })] // bx lr: the call is not reached
    [InlineData(new ushort[] { 0xBF08, 0x4798 })] // it eq: a conditional call
    [InlineData(new ushort[] { 0x4790 })] // blx r2: another register
    [InlineData(new ushort[] { 0xF3BF, 0x8F5F, 0x4798 })] // dmb sy: not known to be movable
    public void Shorten_UnfitSequence_IsLeftAlone(ushort[] rest)
    {
        Assembled section = new([Assembled.Return, .. s_address, .. rest]);
        ushort[] before = section.Halfwords;

        Assert.Equal(0, section.Shorten().Count);
        Assert.Equal(before, section.Halfwords);
    }

    [Theory]
    [InlineData(0xE7FA)] // b.n to the movt
    [InlineData(0xE7FC)] // b.n to the add
    [InlineData(0xE7FD)] // b.n to the call
    public void Shorten_BranchIntoTheSequence_IsLeftAlone(int branch)
    {
        Assembled section = new([Assembled.Return, .. s_address, 0x4798, (ushort)branch]);

        Assert.Equal(0, section.Shorten().Count);
    }

    [Fact]
    public void Shorten_BranchToTheSequence_IsNoHindrance()
    {
        Assembled section = new([Assembled.Return, .. s_address, 0x4798, 0xE7F8]); // b.n to the movw

        Assert.Equal(1, section.Shorten().Count);
    }

    [Theory]
    [InlineData(0, new ushort[] { })]
    [InlineData(0, new ushort[] { 0x47A0 })] // blx r4: the same again
    [InlineData(0, new ushort[] { 0x4620, 0x9C01 })] // mov r0, r4; ldr r4, [sp, #4]
    [InlineData(0, new ushort[] { 0xD0FE, 0x9C01 })] // beq .; ldr r4, [sp, #4]
    [InlineData(0, new ushort[] { 0x6824 })] // ldr r4, [r4]
    [InlineData(1, new ushort[] { 0x2800, 0x9C01 })] // cmp r0, #0; ldr r4, [sp, #4]
    [InlineData(1, new ushort[] { 0x2400 })] // movs r4, #0
    [InlineData(1, new ushort[] { 0x4604 })] // mov r4, r0
    [InlineData(1, new ushort[] { 0xF8DB, 0x4004 })] // ldr.w r4, [r11, #4]
    [InlineData(1, new ushort[] { 0xE8BD, 0x8010 })] // ldmia.w sp!, {r4, pc}
    public void Shorten_CalleeSavedRegister_IsLeftAloneUnlessItIsDead(int expected, ushort[] rest)
    {
        // movw r4; movt r4; add r4, pc; blx r4
        Assembled section = new([Assembled.Return, 0xF64F, 0x74F3, 0xF6CF, 0x74FF, 0x447C, 0x47A0, .. rest]);

        Assert.Equal(expected, section.Shorten().Count);
    }

    [Fact]
    public void Shorten_ComputedJumpInTheMethod_IsLeftAlone()
    {
        Assembled section = new([Assembled.Return, .. s_address, 0x4798, 0x4687]); // mov pc, r0

        Assert.Equal(0, section.Shorten().Count);
    }

    [Fact]
    public void Shorten_AddressThatIsNoMethod_IsLeftAlone()
    {
        Assembled section = new(Assembled.Return, 0xF64F, 0x73F5, 0xF6CF, 0x73FF, 0x447B, 0x4798);

        Assert.Equal(0, section.Shorten().Count);
    }

    [Fact]
    public void Shorten_RelocatedAddress_LeavesTheTargetToTheLinker()
    {
        // Addends: MOVW is 12 before the PC that ADD reads, MOVT 8.
        Assembled section = new(Assembled.Return, 0xF64F, 0x73F4, 0xF6CF, 0x73F8, 0x447B, 0x4798);
        Relocation low = new(100, RelocationType.MoveLowRelative, 7, true);
        Relocation high = new(108, RelocationType.MoveHighRelative, 7, true);
        section.Relocations.Add(2, low);
        section.Relocations.Add(6, high);

        CallShortener shortener = section.Shorten();

        // bl with the addend -4, as assemblers write it
        Assert.Equal([Assembled.Return, 0xE002, 0xBF00, 0xBF00, 0xBF00, 0xF7FF, 0xFFFE], section.Halfwords);
        Assert.Equal([new RelocatedCall(10, true, low, high)], shortener.RelocatedCalls);
    }

    [Theory]
    [InlineData(7, 8, true, 0x73F4)] // two symbols
    [InlineData(7, 7, false, 0x73F4)] // data
    [InlineData(7, 7, true, 0x73F0)] // an address in the middle of something
    public void Shorten_RelocatedAddressOfSomethingElse_IsLeftAlone(int lowSymbol, int highSymbol, bool isMethod, int low)
    {
        Assembled section = new(Assembled.Return, 0xF64F, (ushort)low, 0xF6CF, 0x73F8, 0x447B, 0x4798);
        section.Relocations.Add(2, new Relocation(100, RelocationType.MoveLowRelative, lowSymbol, isMethod));
        section.Relocations.Add(6, new Relocation(108, RelocationType.MoveHighRelative, highSymbol, isMethod));

        Assert.Equal(0, section.Shorten().Count);
    }
}
