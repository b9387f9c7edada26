// Accesses that may fault, and are expected to: each returns 0 when the access came through and 1 when it was refused.
// boot_probes pairs each access with the place where the exception handler goes on after a refusal.

        .include "macros.inc"

// uint32_t boot_probe_read(uint32_t address, uint32_t *value)
//   One word load; the value is stored when it came through.
function boot_probe_read
        mov     r2, r0
        movs    r0, #0
1:      ldr     r3, [r2]
        str     r3, [r1]
        bx      lr
endfunction boot_probe_read

// uint32_t boot_probe_write(uint32_t address, uint32_t value)
//   One word store.
function boot_probe_write
        mov     r2, r0
        movs    r0, #0
2:      str     r1, [r2]
        dsb     sy
        bx      lr
endfunction boot_probe_write

// uint32_t boot_probe_execute(uint32_t address)
//   A call in ARM state. What it reaches must return as a function does. A refused fetch shows the address in the frame's pc, and
//   the place after the call in its lr.
function boot_probe_execute
        push    {r4, lr}
        bic     r0, r0, #3
        blx     r0
3:      movs    r0, #0
        pop     {r4, pc}
4:      movs    r0, #1
        pop     {r4, pc}
endfunction boot_probe_execute

        .thumb_func
5:      movs    r0, #1
        bx      lr

// const ProbePoint *boot_probes(void)
function boot_probes
        ldr     r0, =6f
        bx      lr
        .ltorg
endfunction boot_probes

        .section .rodata.probes, "a"
        .balign 4
6:      .word   1b, 5b                  // read
        .word   2b, 5b                  // write
        .word   3b, 4b                  // execute: by lr
