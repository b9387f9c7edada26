// Ways to break the kernel that C# has no words for (Faults/Crash.cs).

        .include "macros.inc"

// void boot_undefined(void)
//   An undefined instruction.
function boot_undefined
        udf     #0
        bx      lr
endfunction boot_undefined

// uint32_t boot_execute(uint32_t address)
//   A call in ARM state.
function boot_execute
        push    {r4, lr}
        bic     r0, r0, #3
        blx     r0
        pop     {r4, pc}
endfunction boot_execute

// void boot_use_abort_stack(uint32_t top)
//   Gives abort mode another stack, and comes back in supervisor mode.
function boot_use_abort_stack
        cps     #0x17
        mov     sp, r0
        cps     #0x13
        bx      lr
endfunction boot_use_abort_stack
