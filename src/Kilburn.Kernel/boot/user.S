// Threads in user mode: the way to them and back, what of their state is changed at a switch only, and copies from and to them.
// ThreadBlock.cs has the layout; vectors.S the rest of the way.

        .include "macros.inc"

        .equ    THREAD_KERNEL_STACK, 20 * 4
        .equ    THREAD_POINTER, 21 * 4          // TPIDRURO, then TPIDRURW
        .equ    THREAD_VFP, 23 * 4              // d0 to d31, then FPSCR
        .equ    THREAD_FPSCR, THREAD_VFP + 32 * 8

        .equ    FPEXC_ENABLE, 1 << 30
        .equ    DACR_KERNEL, 1                  // domain 0 client
        .equ    DACR_USER, 5                    // domain 1 too

// void boot_enter_user(ThreadBlock *thread, uint32_t *kernelStack)
//   Goes on with a thread; comes back by boot_leave_user. Events use the stack from here on downwards.
function boot_enter_user
        push    {r4-r11, lr}
        sub     sp, sp, #4                      // 8 bytes, as the AAPCS wants
        str     sp, [r1]
        str     sp, [r0, #THREAD_KERNEL_STACK]
        ldr     r1, =vector_to_user
        bx      r1
        .ltorg
endfunction boot_enter_user

// void boot_leave_user(uint32_t kernelStack)
//   Comes back from boot_enter_user.
function boot_leave_user
        mov     sp, r0
        add     sp, sp, #4
        pop     {r4-r11, pc}
endfunction boot_leave_user

// void boot_save_thread_pointer(ThreadBlock *thread)
//   Keeps TPIDRURW, which the thread may have written: CP15 c13, 0, c0, 2.
function boot_save_thread_pointer
        mrc     p15, 0, r1, c13, c0, 2
        str     r1, [r0, #(THREAD_POINTER + 4)]
        bx      lr
endfunction boot_save_thread_pointer

// void boot_load_thread(const ThreadBlock *thread, uint32_t ownsVfp)
//   TPIDRURO, TPIDRURW: CP15 c13, 0, c0, 3 and 2. VFP works for its owner only: others trap at their first use.
function boot_load_thread
        ldrd    r2, r3, [r0, #THREAD_POINTER]
        mcr     p15, 0, r2, c13, c0, 3
        mcr     p15, 0, r3, c13, c0, 2
        lsls    r1, r1, #30                     // FPEXC.EN
        vmsr    fpexc, r1
        bx      lr
endfunction boot_load_thread

// uint32_t boot_is_vfp_on(void)
//   FPEXC.EN.
function boot_is_vfp_on
        vmrs    r0, fpexc
        ubfx    r0, r0, #30, #1
        bx      lr
endfunction boot_is_vfp_on

// void boot_save_vfp(ThreadBlock *thread)
//   Keeps d0-d31 and FPSCR. Leaves VFP on.
function boot_save_vfp
        mov     r1, #FPEXC_ENABLE
        vmsr    fpexc, r1
        vmrs    r1, fpscr
        str     r1, [r0, #THREAD_FPSCR]
        adds    r0, r0, #THREAD_VFP
        vstmia  r0!, {d0-d15}
        vstmia  r0!, {d16-d31}
        bx      lr
endfunction boot_save_vfp

// void boot_load_vfp(const ThreadBlock *thread)
//   Turns VFP on with a thread's d0-d31 and FPSCR.
function boot_load_vfp
        mov     r1, #FPEXC_ENABLE
        vmsr    fpexc, r1
        ldr     r1, [r0, #THREAD_FPSCR]
        vmsr    fpscr, r1
        adds    r0, r0, #THREAD_VFP
        vldmia  r0!, {d0-d15}
        vldmia  r0!, {d16-d31}
        bx      lr
endfunction boot_load_vfp

// Copies as the thread itself would: unprivileged accesses, with the user half's domain open meanwhile. They are in ARM state, whose
// LDRT and STRT step on. A refused access leaves its address register alone: the bytes that are left are r12 less that.
// Words are copied when both sides are aligned to them, else bytes.

        .equ    TURN, 32                        // bytes of one turn of the fast loops

        .macro  to_arm
        bx      pc                              // the routine is a multiple of 4
        nop
        .arm
        .endm

        .macro  open_user
        mov     r3, #DACR_USER
        mcr     p15, 0, r3, c3, c0, 0
        isb
        .endm

        .macro  close_user
        mov     r3, #DACR_KERNEL
        mcr     p15, 0, r3, c3, c0, 0
        isb
        .endm

// The instruction that follows may be refused; refused: where it goes on then.
        .macro  guarded refused
9:      .pushsection .rodata.copies, "a"
        .word   9b, \refused
        .popsection
        .endm

        .section .rodata.copies, "a"
        .balign 4
boot_copies_start:
        .text

// uint32_t boot_copy_from_user(void *destination, uint32_t source, uint32_t byteCount)
//   Returns the bytes that are left.
function boot_copy_from_user
        to_arm
        open_user
        add     r12, r1, r2                     // one past the user's last byte
        orr     r3, r0, r1
        tst     r3, #3
        bne     5f
        subs    r2, r2, #TURN
        blo     2f
1:      .rept   TURN / 4                        // r0: next byte; r1: next byte of the user's; r2: bytes left after this turn
        guarded boot_refused_from
        ldrt    r3, [r1], #4
        str     r3, [r0], #4
        .endr
        subs    r2, r2, #TURN
        bhs     1b
2:      adds    r2, r2, #(TURN - 4)
        bmi     4f
3:      guarded boot_refused_from
        ldrt    r3, [r1], #4
        str     r3, [r0], #4
        subs    r2, r2, #4
        bpl     3b
4:      adds    r2, r2, #4                      // r2: bytes left, down to here 0 to 3
5:      beq     7f
6:      guarded boot_refused_from
        ldrbt   r3, [r1], #1
        strb    r3, [r0], #1
        cmp     r1, r12
        bne     6b
7:      close_user
        mov     r0, #0
        bx      lr
endfunction boot_copy_from_user

// uint32_t boot_copy_to_user(uint32_t destination, const void *source, uint32_t byteCount)
//   Returns the bytes that are left.
function boot_copy_to_user
        to_arm
        open_user
        add     r12, r0, r2                     // one past the user's last byte
        orr     r3, r0, r1
        tst     r3, #3
        bne     5f
        subs    r2, r2, #TURN
        blo     2f
1:      .rept   TURN / 4                        // r0: next byte of the user's; r1: next byte; r2: bytes left after this turn
        ldr     r3, [r1], #4
        guarded boot_refused_to
        strt    r3, [r0], #4
        .endr
        subs    r2, r2, #TURN
        bhs     1b
2:      adds    r2, r2, #(TURN - 4)
        bmi     4f
3:      ldr     r3, [r1], #4
        guarded boot_refused_to
        strt    r3, [r0], #4
        subs    r2, r2, #4
        bpl     3b
4:      adds    r2, r2, #4                      // r2: bytes left, down to here 0 to 3
5:      beq     7f
6:      ldrb    r3, [r1], #1
        guarded boot_refused_to
        strbt   r3, [r0], #1
        cmp     r0, r12
        bne     6b
7:      close_user
        mov     r0, #0
        bx      lr
endfunction boot_copy_to_user

// uint32_t boot_clear_user(uint32_t destination, uint32_t byteCount)
//   Writes zeroes. Returns the bytes that are left.
function boot_clear_user
        to_arm
        open_user
        add     r12, r0, r1                     // one past the last byte
        mov     r3, #0
        tst     r0, #3
        bne     5f
        subs    r1, r1, #TURN
        blo     2f
1:      .rept   TURN / 4                        // r0: next byte; r1: bytes left after this turn
        guarded boot_refused_to
        strt    r3, [r0], #4
        .endr
        subs    r1, r1, #TURN
        bhs     1b
2:      adds    r1, r1, #(TURN - 4)
        bmi     4f
3:      guarded boot_refused_to
        strt    r3, [r0], #4
        subs    r1, r1, #4
        bpl     3b
4:      adds    r1, r1, #4                      // r1: bytes left, down to here 0 to 3
5:      beq     7f
6:      guarded boot_refused_to
        strbt   r3, [r0], #1
        cmp     r0, r12
        bne     6b
7:      close_user
        mov     r0, #0
        bx      lr
endfunction boot_clear_user

// Where a refused access goes on: r12 as above, r0 or r1 the address that was refused.
function boot_refused_to
        mov     r1, r0
endfunction boot_refused_to                     // falls through

function boot_refused_from
        close_user
        sub     r0, r12, r1
        bx      lr
endfunction boot_refused_from

// const CopyPoint *boot_user_copies(void)
//   Pairs of an access and the place where it goes on when it is refused; a pair of zeroes ends them.
function boot_user_copies
        ldr     r0, =boot_copies_start
        bx      lr
        .ltorg
endfunction boot_user_copies

        .section .rodata.copies, "a"
        .word   0, 0
