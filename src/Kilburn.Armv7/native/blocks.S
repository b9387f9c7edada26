// Block clear and copy. Both keep the AAPCS and use at most 32 bytes of stack.

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
