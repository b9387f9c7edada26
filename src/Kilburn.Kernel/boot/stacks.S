// Stacks for each core and mode, each with a page below it that is never mapped: a stack that overflows faults.

        .include "macros.inc"

        .equ    GUARD_SIZE, 0x1000

// One stack. The table of guards gets the first byte of its guard page, the table of tops the byte after its last.
        .macro  stack size
        .pushsection .stacks, "aw", %nobits
        .balign 4096
1:      .skip   GUARD_SIZE
        .skip   \size
2:      .popsection
        .pushsection .rodata.guards, "a"
        .word   1b
        .popsection
        .pushsection .rodata.tops, "a"
        .word   2b
        .popsection
        .endm

        .section .rodata.guards, "a"
        .balign 4
variable boot_guards                    // [core][mode]: SVC, ABT, UND, IRQ, FIQ
        .section .rodata.tops, "a"
        .balign 4
variable boot_stack_tops                // [core][mode], the same order

        stack   0x8000                  // core 0, supervisor: the kernel's own thread
        stack   0x2000                  // abort: panics run here
        stack   0x2000                  // undefined
        stack   0x1000                  // interrupt
        stack   0x1000                  // fast interrupt

        .rept   3                       // cores 1-3
        stack   0x4000
        stack   0x2000
        stack   0x1000
        stack   0x1000
        stack   0x1000
        .endr

        .section .rodata.guards, "a"
endvariable boot_guards
variable boot_guards_end
endvariable boot_guards_end
        .section .rodata.tops, "a"
endvariable boot_stack_tops
