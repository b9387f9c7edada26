// Exclusive loads and stores: what is done so often that a compare-and-swap with its two barriers is too much.
// Each routine follows the AAPCS, touches only r0-r3 and r12, and uses no stack.
// Source: ARM DDI 0406C.d, A3.4 (exclusives), A3.8.3 (barriers).

        .include "macros.inc"

// void arm_acquire_lock(uint32_t *location)
//   Waits until the word is zero and makes it 1. The barrier keeps what follows behind the lock; it pairs with the one before
//   the store that gives the lock back.
function arm_acquire_lock
        mov     r1, #1
1:      ldrex   r2, [r0]
        cbnz    r2, 3f
        strex   r2, r1, [r0]
        cbnz    r2, 2f
        dmb     ish
        bx      lr
2:      b       1b                      // the exclusive store failed: the word may still be zero
3:      clrex
4:      yield
        ldr     r2, [r0]                // held: waits without the exclusive monitor
        cmp     r2, #0
        bne     4b
        b       1b
endfunction arm_acquire_lock
