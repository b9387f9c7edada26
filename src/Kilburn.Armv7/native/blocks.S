// Blocks of memory, and rows of descriptors. All keep the AAPCS and use at most 32 bytes of stack.

        .include "macros.inc"

        .equ    STRIDE, 1024                    // bytes of one turn of the fast loops: the smallest table

// void arm_clear(void *start, uint32_t lengthInBytes)
//   Zeroes a range; start and length are multiples of 64. 4 KiB cost 153 instructions and the call.
function arm_clear
        push    {r4-r8, lr}
        movs    r2, #0
        movs    r3, #0
        movs    r4, #0
        movs    r5, #0
        movs    r6, #0
        movs    r7, #0
        mov     r8, r2
        mov     r12, r2
        subs    r1, r1, #STRIDE
        blo     2f
1:                                              // r0: next byte; r1: bytes left after this turn
        .rept   STRIDE / 32
        stmia   r0!, {r2-r8, r12}
        .endr
        subs    r1, r1, #STRIDE
        bhs     1b
2:      adds    r1, r1, #STRIDE
        beq     4f
3:      stmia   r0!, {r2-r8, r12}               // the rest, a line at a time
        stmia   r0!, {r2-r8, r12}
        subs    r1, r1, #64
        bne     3b
4:      pop     {r4-r8, pc}
endfunction arm_clear

// void arm_copy(void *destination, const void *source, uint32_t lengthInBytes)
//   Copies a range; addresses and length are multiples of 64, the ranges do not overlap.
function arm_copy
        push    {r4-r10, lr}
        subs    r2, r2, #STRIDE
        blo     2f
1:                                              // r0, r1: next bytes; r2: bytes left after this turn
        .rept   STRIDE / 32
        ldmia   r1!, {r3-r10}
        stmia   r0!, {r3-r10}
        .endr
        subs    r2, r2, #STRIDE
        bhs     1b
2:      adds    r2, r2, #STRIDE
        beq     4f
3:      ldmia   r1!, {r3-r10}
        stmia   r0!, {r3-r10}
        ldmia   r1!, {r3-r10}
        stmia   r0!, {r3-r10}
        subs    r2, r2, #64
        bne     3b
4:      pop     {r4-r10, pc}
endfunction arm_copy

// uint32_t arm_count_words(const uint32_t *start, uint32_t value, uint32_t count)
//   How many words from the start on hold the value. Each is loaded whole: LDM is single-copy atomic word by word (A3.5.3).
function arm_count_words
        mov     r12, r0
        subs    r2, r2, #8
        bhs     4f
1:      adds    r2, r2, #8
        beq     3f
2:      ldr     r3, [r0]                        // r2: words left, this one too
        cmp     r3, r1
        bne     3f
        adds    r0, r0, #4
        subs    r2, r2, #1
        bne     2b
3:      sub     r0, r0, r12
        lsrs    r0, r0, #2
        bx      lr
4:      push    {r4-r10}
5:                                              // r0: next word; r2: words left after this turn
        ldmia   r0!, {r3-r10}
        cmp     r3, r1
        itttt   eq
        cmpeq   r4, r1
        cmpeq   r5, r1
        cmpeq   r6, r1
        cmpeq   r7, r1
        ittt    eq
        cmpeq   r8, r1
        cmpeq   r9, r1
        cmpeq   r10, r1
        bne     6f
        subs    r2, r2, #8
        bhs     5b
        pop     {r4-r10}
        b       1b
6:      subs    r0, r0, #32                     // one of the eight is another: which?
        pop     {r4-r10}
        b       1b
endfunction arm_count_words

// void arm_write_words(uint32_t *start, uint32_t value, uint32_t count)
//   Writes the value to all words. STRD is single-copy atomic at least word by word (A3.5.3).
function arm_write_words
        mov     r3, r1
        subs    r2, r2, #16
        blo     2f
1:                                              // r0: next word; r2: words left after this turn
        .rept   8
        strd    r1, r3, [r0], #8
        .endr
        subs    r2, r2, #16
        bhs     1b
2:      adds    r2, r2, #16
        beq     4f
3:      str     r1, [r0], #4
        subs    r2, r2, #1
        bne     3b
4:      bx      lr
endfunction arm_write_words
