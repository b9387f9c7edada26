// The frames that compiled methods keep: [r11] is the caller's r11, [r11 + 4] the return address.

        .include "macros.inc"

// uint32_t arm_return_address(void)
//   Where the calling method returns to, without the Thumb bit. Uses no stack.
function arm_return_address
        ldr     r0, [r11, #4]
        bic     r0, r0, #1
        bx      lr
endfunction arm_return_address

// uint32_t arm_here(void)
//   Where this routine returns to, without the Thumb bit.
function arm_here
        bic     r0, lr, #1
        bx      lr
endfunction arm_here
