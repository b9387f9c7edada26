// Block operations that compiled code calls for large structs: some words to some hundred bytes, nearly always of whole words.
// Each routine follows the AAPCS; memset touches only r0-r3 and r12, and uses no stack.

        .include "macros.inc"

        .equ    BLOCK, 32                       // bytes of a turn of the fast loops

// void *memset(void *destination, int value, size_t byteCount)
//   Fills bytes. Returns destination.
function memset
        mov     r3, r0                          // r3: next byte; r2: bytes left; r1, r12: the value in each byte
        and     r1, r1, #0xFF
        orr     r1, r1, r1, lsl #8
        orr     r1, r1, r1, lsl #16
        tst     r0, #3
        bne     4f
        mov     r12, r1
        subs    r2, r2, #BLOCK
        blo     2f
1:      strd    r1, r12, [r3]
        strd    r1, r12, [r3, #8]
        strd    r1, r12, [r3, #16]
        strd    r1, r12, [r3, #24]
        adds    r3, r3, #BLOCK
        subs    r2, r2, #BLOCK
        bhs     1b
2:      adds    r2, r2, #(BLOCK - 4)
        bmi     3f
5:      str     r1, [r3], #4
        subs    r2, r2, #4
        bpl     5b
3:      adds    r2, r2, #4
4:      cbz     r2, 6f
        strb    r1, [r3], #1
        subs    r2, r2, #1
        b       4b
6:      bx      lr
endfunction memset

// void *memmove(void *destination, const void *source, size_t byteCount)
//   Copies bytes; the ranges may overlap. Returns destination.
function memcpy
        b       memmove
endfunction memcpy

function memmove
        subs    r3, r0, r1
        cmp     r3, r2
        blo     7f                              // destination lies within the source's bytes ahead: from the end
        mov     r3, r0                          // r3: next byte of the destination; r1: of the source; r2: bytes left
        orr     r12, r0, r1
        tst     r12, #3
        bne     5f
        subs    r2, r2, #BLOCK
        blo     2f
        push    {r4-r10}
1:      ldmia   r1!, {r4-r10, r12}
        stmia   r3!, {r4-r10, r12}
        subs    r2, r2, #BLOCK
        bhs     1b
        pop     {r4-r10}
2:      adds    r2, r2, #(BLOCK - 4)
        bmi     4f
3:      ldr     r12, [r1], #4
        str     r12, [r3], #4
        subs    r2, r2, #4
        bpl     3b
4:      adds    r2, r2, #4
5:      cbz     r2, 6f
        ldrb    r12, [r1], #1
        strb    r12, [r3], #1
        subs    r2, r2, #1
        b       5b
6:      bx      lr
7:      subs    r2, r2, #1
        it      lo
        bxlo    lr
        ldrb    r3, [r1, r2]
        strb    r3, [r0, r2]
        b       7b
endfunction memmove
