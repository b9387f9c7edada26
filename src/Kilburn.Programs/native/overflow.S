// A recursion that does not end.

        .include "macros.inc"

// void user_overflow(void)
//   Pushes 32 bytes a call, at multiples of 32, so that the first push into the guard is all in it.
function user_overflow
        mov     r3, sp
        bic     r3, r3, #31
        mov     sp, r3
1:      push    {r4-r10, lr}
        bl      1b
        udf     #0
endfunction user_overflow
