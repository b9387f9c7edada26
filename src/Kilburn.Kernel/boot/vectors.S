// The vector table.

        .include "macros.inc"

        .balign 32
arm_function boot_vectors
        .rept   8
        b       .
        .endr
endfunction boot_vectors
