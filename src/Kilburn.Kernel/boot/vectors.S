// The vector table.

        .include "macros.inc"

        .balign 64
arm_function boot_vectors
        .rept   8
        b       .
        .endr
        .balign 64
endfunction boot_vectors
