// Exclusive loads and stores: what is done so often that a compare-and-swap with its two barriers is too much.
// Each routine follows the AAPCS, touches only r0-r3 and r12, and uses no stack.
// Source: ARM DDI 0406C.d, A3.4 (exclusives), A3.8.3 (barriers).

        .include "macros.inc"

        .equ    MOST_PASSED, 127                // as SpinLock.cs has it
        .equ    PASSED_SHIFT, 8                 // of a lock's word
        .equ    TURN_SHIFT, 16
        .equ    LAST_SHIFT, 24
        .equ    PLACE_BITS, 8

// void arm_acquire_lock(uint32_t *location)
//   Takes a lock: SpinLock.cs has its word, and the same in C#. The barrier keeps what follows behind the lock; it pairs with the
//   one before the store that gives the lock back.
function arm_acquire_lock
        mov     r1, #1
1:      ldrex   r2, [r0]
        cbnz    r2, 3f
        strex   r2, r1, [r0]
        cbnz    r2, 2f
        dmb     ish
        bx      lr
2:      b       1b                              // the exclusive store failed: the word may still be zero

        // Held, or there is a row: past the row if that may be, else a place in it.
3:      lsls    r3, r2, #24
        bne     4f
        ubfx    r12, r2, #PASSED_SHIFT, #PLACE_BITS
        cmp     r12, #MOST_PASSED
        beq     4f
        add     r3, r2, #(1 << PASSED_SHIFT)
        adds    r3, r3, #1
        strex   r12, r3, [r0]
        cmp     r12, #0
        bne     1b
        dmb     ish
        bx      lr
4:      add     r3, r2, #(1 << LAST_SHIFT)
        strex   r12, r3, [r0]
        cmp     r12, #0
        bne     1b
        lsr     r3, r2, #LAST_SHIFT             // r3: place

        // Behind others: asleep, until one of them has left the row.
        b       6f
5:      wfe
6:      ldr     r2, [r0]
        ubfx    r12, r2, #TURN_SHIFT, #PLACE_BITS
        cmp     r12, r3
        bne     5b

        // The first of the row: out of it as soon as the lock is free.
7:      ldrex   r2, [r0]
        lsls    r12, r2, #24
        bne     9f
        lsrs    r2, r2, #LAST_SHIFT             // r2: last
        adds    r3, r3, #1
        uxtb    r12, r3                         // r12: turn of the next
        subs    r3, r3, #1
        subs    r1, r2, r12                     // r1: zero when nobody is left in the row
        lsl     r2, r2, #LAST_SHIFT
        orr     r2, r2, r12, lsl #TURN_SHIFT    // nobody has passed the next one
        cmp     r1, #0
        it      eq
        moveq   r2, #0
        orr     r2, r2, #1
        strex   r12, r2, [r0]
        cmp     r12, #0
        bne     7b
        dmb     ish
        cbz     r1, 8f
        dsb     ish
        sev
8:      mrc     p15, 0, r1, c0, c0, 5           // MPIDR
        and     r1, r1, #3
        ldr     r2, =arm_lock_retries
        ldr     r3, [r2, r1, lsl #2]
        adds    r3, r3, #1
        str     r3, [r2, r1, lsl #2]
        bx      lr
9:      clrex
        yield
        b       7b
        .ltorg
endfunction arm_acquire_lock

// uint32_t arm_read_lock_retries(uint32_t core)
//   How often a core has found a lock taken and waited. Interrupts are masked whenever the count is written.
function arm_read_lock_retries
        ldr     r1, =arm_lock_retries
        ldr     r0, [r1, r0, lsl #2]
        bx      lr
        .ltorg
endfunction arm_read_lock_retries

        .bss
        .balign 4
variable arm_lock_retries                       // [core]
        .skip   4 * 4
endvariable arm_lock_retries
