// Stacks that a core has for itself: CoreStack.cs has their layout, and the same two operations in C#.
// Each routine keeps the AAPCS; both run with interrupts masked, and leave the mask as it was.
// Source: ARM DDI 0406C.d, A3.4 (exclusives), B4.1.106 (MPIDR).

        .include "macros.inc"

        .equ    STRIDE_SHIFT, 13                // CoreStack.StrideShift

// uint32_t arm_pop_local(uint32_t *first)
//   Takes the word on top of this core's stack. Returns it; zero, and nothing done, when the stack is empty. Uses no stack.
function arm_pop_local
        mrs     r3, cpsr
        cpsid   i
        mrc     p15, 0, r1, c0, c0, 5           // MPIDR
        and     r1, r1, #3
        add     r1, r0, r1, lsl #STRIDE_SHIFT   // r1: this core's stack
        ldr     r2, [r1]                        // r2: offset of the top
        ldr     r0, [r1, r2]                    // zero below the lowest entry
        cbz     r0, 1f
        subs    r2, r2, #4
        str     r2, [r1]
1:      msr     cpsr_c, r3
        bx      lr
endfunction arm_pop_local

// uint32_t arm_try_push_local(uint32_t *first, uint32_t value, uint32_t *word, uint32_t bit)
//   Clears the bit and pushes the value. Returns zero, and does nothing, when the bit is clear, the stack is full, or another
//   core writes the word at this moment. Uses 12 bytes of stack.
function arm_try_push_local
        push    {r4, r5, lr}
        mrs     r4, cpsr
        cpsid   i
        mrc     p15, 0, r5, c0, c0, 5           // MPIDR
        and     r5, r5, #3
        add     r0, r0, r5, lsl #STRIDE_SHIFT   // r0: this core's stack
        ldrd    r5, r12, [r0]                   // r5: offset of the top; r12: the last that is possible
        cmp     r5, r12
        bhs     2f
        ldrex   r12, [r2]
        tst     r12, r3
        beq     1f
        bic     r12, r12, r3
        strex   r3, r12, [r2]
        cbnz    r3, 2f
        adds    r5, r5, #4
        str     r1, [r0, r5]
        str     r5, [r0]
        msr     cpsr_c, r4
        pop     {r4, r5, pc}                    // r0 is not zero
1:      clrex
2:      movs    r0, #0
        msr     cpsr_c, r4
        pop     {r4, r5, pc}
endfunction arm_try_push_local
