// The end of a kernel that brings no panic of its own: an undefined instruction, whose vector is the kernel's.

        .include "macros.inc"

// void kilburn_panic(const uint8_t *text, int32_t lengthInBytes, uint32_t value)
        .weak   kilburn_panic
function kilburn_panic
        udf     #1
endfunction kilburn_panic
