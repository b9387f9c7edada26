// Block operations that compiled code calls for large structs. Lengths are small; nothing here is tuned.
// Each routine follows the AAPCS, touches only r0-r3 and r12, and uses no stack.

        .include "macros.inc"

// void *memset(void *destination, int value, size_t byteCount)
//   Fills bytes. Returns destination.
function memset
        mov     r3, r0
        and     r1, r1, #0xFF
        orr     r1, r1, r1, lsl #8
        orr     r1, r1, r1, lsl #16
        tst     r0, #3
        bne     2f
1:      subs    r2, r2, #4
        blo     3f
        str     r1, [r3], #4
        b       1b
3:      adds    r2, r2, #4
2:      cbz     r2, 4f
        strb    r1, [r3], #1
        subs    r2, r2, #1
        b       2b
4:      bx      lr
endfunction memset

// void *memmove(void *destination, const void *source, size_t byteCount)
//   Copies bytes; the ranges may overlap. Returns destination.
function memcpy
        b       memmove
endfunction memcpy

function memmove
        subs    r3, r0, r1
        cmp     r3, r2
        blo     5f                      // destination lies within the source's bytes ahead: from the end
        mov     r3, r0
        orr     r12, r0, r1
        tst     r12, #3
        bne     2f
1:      subs    r2, r2, #4
        blo     3f
        ldr     r12, [r1], #4
        str     r12, [r3], #4
        b       1b
3:      adds    r2, r2, #4
2:      cbz     r2, 4f
        ldrb    r12, [r1], #1
        strb    r12, [r3], #1
        subs    r2, r2, #1
        b       2b
4:      bx      lr
5:      subs    r2, r2, #1
        it      lo
        bxlo    lr
        ldrb    r3, [r1, r2]
        strb    r3, [r0, r2]
        b       5b
endfunction memmove
