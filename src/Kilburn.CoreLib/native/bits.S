// BitOperations: one instruction each that the compiler does not emit.
// Each routine follows the AAPCS, touches only r0-r3, and uses no stack.

        .include "macros.inc"

// int32_t arm_leading_zero_count(uint32_t value)
//   Zero bits above the highest set one; 32 of zero.
function arm_leading_zero_count
        clz     r0, r0
        bx      lr
endfunction arm_leading_zero_count

// int32_t arm_trailing_zero_count(uint32_t value)
//   Zero bits below the lowest set one; 32 of zero.
function arm_trailing_zero_count
        rbit    r0, r0
        clz     r0, r0
        bx      lr
endfunction arm_trailing_zero_count

// int32_t arm_population_count(uint32_t value)
//   Set bits: pairs, nibbles, then the sum of the bytes by a multiplication.
function arm_population_count
        and     r1, r0, #0xAAAAAAAA
        sub     r0, r0, r1, lsr #1
        and     r1, r0, #0xCCCCCCCC
        and     r0, r0, #0x33333333
        add     r0, r0, r1, lsr #2
        add     r0, r0, r0, lsr #4
        and     r0, r0, #0x0F0F0F0F
        mov     r1, #0x01010101
        mul     r0, r0, r1
        lsrs    r0, r0, #24
        bx      lr
endfunction arm_population_count
