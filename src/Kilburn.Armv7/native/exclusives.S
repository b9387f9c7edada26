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

// void arm_acquire_bits(uint32_t *location, uint32_t bits)
//   Waits until the bits are clear and sets them. The barrier is as that of arm_acquire_lock.
function arm_acquire_bits
1:      ldrex   r2, [r0]
        tst     r2, r1
        bne     3f
        orrs    r2, r2, r1
        strex   r3, r2, [r0]
        cbnz    r3, 2f
        dmb     ish
        bx      lr
2:      b       1b
3:      clrex
4:      yield
        ldr     r2, [r0]                // held: waits without the exclusive monitor
        tst     r2, r1
        bne     4b
        b       1b
endfunction arm_acquire_bits

// Two words of arm_acquire_words: r0, which moves on; r2 and r3 are lost, r12 is all ones.
        .macro  acquire_pair again, failed, held
\again: ldrexd  r2, r3, [r0]
        orrs    r2, r2, r3
        bne     \held
        strexd  r2, r12, r12, [r0]
        cbnz    r2, \failed
        adds    r0, r0, #8
        .endm

// Where arm_acquire_words goes from there.
        .macro  retry_pair again, failed, held
\held:  clrex
        yield
\failed: b      \again
        .endm

// void arm_acquire_words(uint32_t *first, uint32_t count)
//   Sets all bits of each word, two when both are zero, upward; the first is at a multiple of 8 bytes, the count is a multiple of 8. One
//   barrier, behind the last.
function arm_acquire_words
        mvn     r12, #0
.Lnext: acquire_pair .Lagain_0, .Lfailed_0, .Lheld_0
        acquire_pair .Lagain_1, .Lfailed_1, .Lheld_1
        acquire_pair .Lagain_2, .Lfailed_2, .Lheld_2
        acquire_pair .Lagain_3, .Lfailed_3, .Lheld_3
        subs    r1, r1, #8
        bne     .Lnext
        dmb     ish
        bx      lr
        retry_pair .Lagain_0, .Lfailed_0, .Lheld_0
        retry_pair .Lagain_1, .Lfailed_1, .Lheld_1
        retry_pair .Lagain_2, .Lfailed_2, .Lheld_2
        retry_pair .Lagain_3, .Lfailed_3, .Lheld_3
endfunction arm_acquire_words

// void arm_release_bits(uint32_t *location, uint32_t bits)
//   Clears bits that this core has set. The barrier pairs with that of arm_acquire_bits.
function arm_release_bits
        dmb     ish
1:      ldrex   r2, [r0]
        bics    r2, r2, r1
        strex   r3, r2, [r0]
        cbnz    r3, 2f
        bx      lr
2:      b       1b
endfunction arm_release_bits

// void arm_release_bits_and_count(uint32_t *location, uint32_t bits, uint32_t *counter)
//   The same, and adds 1 to the counter before.
function arm_release_bits_and_count
1:      ldrex   r12, [r2]
        add     r12, r12, #1
        strex   r3, r12, [r2]
        cbnz    r3, 3f
        dmb     ish
2:      ldrex   r2, [r0]
        bics    r2, r2, r1
        strex   r3, r2, [r0]
        cbnz    r3, 4f
        bx      lr
3:      b       1b
4:      b       2b
endfunction arm_release_bits_and_count

// uint32_t arm_set_bit(uint32_t *bitmap, uint32_t index)
//   Returns the bit's word as it was. No barrier.
function arm_set_bit
        lsrs    r2, r1, #5
        add     r12, r0, r2, lsl #2
        and     r1, r1, #31
        movs    r2, #1
        lsls    r1, r2, r1
1:      ldrex   r0, [r12]
        orr     r2, r0, r1
        strex   r3, r2, [r12]
        cbnz    r3, 2f
        bx      lr
2:      b       1b
endfunction arm_set_bit

// uint32_t arm_add_below(uint32_t *location, uint32_t limit)
//   Adds 1 when the word is below the limit. Returns zero when it is not. No barrier.
function arm_add_below
1:      ldrex   r2, [r0]
        cmp     r2, r1
        bhs     3f
        adds    r2, r2, #1
        strex   r3, r2, [r0]
        cbnz    r3, 2f
        movs    r0, #1
        bx      lr
2:      b       1b
3:      clrex
        movs    r0, #0
        bx      lr
endfunction arm_add_below

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
