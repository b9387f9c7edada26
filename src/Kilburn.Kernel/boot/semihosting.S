// Calls to the debugger or emulator that hosts the kernel. Source: ARM semihosting 2.0 (100863).

        .include "macros.inc"

// uint32_t boot_semihosting(uint32_t operation, void *block)
//   SVC 0xAB in Thumb state, trapped by the host. Without one it reaches the kernel's own SVC vector, which answers -1.
//   The SVC overwrites lr, which is the caller's, and r1 is the host's to keep.
function boot_semihosting
        push    {r4, lr}
        svc     #0xAB
        pop     {r4, pc}
endfunction boot_semihosting
