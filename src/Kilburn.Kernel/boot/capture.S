// The registers of the caller, for a chain of calls that starts in C#.

        .include "macros.inc"

// void boot_capture(uint32_t registers[16])
//   r4 to r11, sp, and the return address as lr and pc. r0 to r3 and r12 are nobody's, and stay as they are.
function boot_capture
        add     r1, r0, #(4 * 4)
        stmia   r1, {r4-r11}
        str     sp, [r0, #(13 * 4)]
        str     lr, [r0, #(14 * 4)]
        str     lr, [r0, #(15 * 4)]
        bx      lr
endfunction boot_capture
