// Interlocked: read-modify-write of a word, a full barrier before and after, as .NET promises.
// Each routine follows the AAPCS, touches only r0-r3 and r12, and uses no stack.
// Source: ARM DDI 0406C.d, A3.4 (exclusives), A3.8.3 (barriers).

        .include "macros.inc"

// uint32_t arm_compare_exchange(uint32_t *location, uint32_t value, uint32_t comparand)
//   Stores value if the word holds comparand. Returns what the word held.
//   Without a match the second barrier still stands: the caller has seen the word, and what it reads next comes later.
function arm_compare_exchange
        dmb     ish
1:      ldrex   r3, [r0]
        cmp     r3, r2
        bne     2f
        strex   r12, r1, [r0]
        cmp     r12, #0
        bne     1b
        dmb     ish
        mov     r0, r3
        bx      lr
2:      clrex
        dmb     ish
        mov     r0, r3
        bx      lr
endfunction arm_compare_exchange

// uint32_t arm_exchange(uint32_t *location, uint32_t value)
//   Stores value. Returns what the word held.
function arm_exchange
        dmb     ish
1:      ldrex   r3, [r0]
        strex   r12, r1, [r0]
        cmp     r12, #0
        bne     1b
        dmb     ish
        mov     r0, r3
        bx      lr
endfunction arm_exchange

// uint32_t arm_add(uint32_t *location, uint32_t value)
//   Adds value. Returns the sum.
function arm_add
        dmb     ish
1:      ldrex   r3, [r0]
        adds    r3, r3, r1
        strex   r12, r3, [r0]
        cmp     r12, #0
        bne     1b
        dmb     ish
        mov     r0, r3
        bx      lr
endfunction arm_add

// uint32_t arm_or(uint32_t *location, uint32_t value)
//   Sets bits. Returns what the word held.
function arm_or
        dmb     ish
1:      ldrex   r3, [r0]
        orr     r2, r3, r1
        strex   r12, r2, [r0]
        cmp     r12, #0
        bne     1b
        dmb     ish
        mov     r0, r3
        bx      lr
endfunction arm_or

// uint32_t arm_and(uint32_t *location, uint32_t value)
//   Keeps only the bits of value. Returns what the word held.
function arm_and
        dmb     ish
1:      ldrex   r3, [r0]
        and     r2, r3, r1
        strex   r12, r2, [r0]
        cmp     r12, #0
        bne     1b
        dmb     ish
        mov     r0, r3
        bx      lr
endfunction arm_and
