// The vector table, the way into C# for every exception, and the way out when there is none.
//
// The table is position independent in itself: VBAR uses it where it is linked until VirtualMemory.TryStart has copied it to
// physical 0 and set SCTLR.V. Handlers are reached by absolute address.
//
// Each exception saves an ExceptionFrame on the stack of its own mode and calls
//   void kernel_exception(ExceptionFrame *frame)
// which returns to go on (the frame may have been changed), or never does.
//
//   lower addresses                                                  higher
//   +-----------+----+----+----+------+------+--------+
//   | r0 .. r12 | sp | lr | pc | cpsr | kind | unused |    of the interrupted code; 72 bytes
//   +-----------+----+----+----+------+------+--------+
//
// An abort or undefined instruction while one is being handled is the emergency: the stack may be what failed, so nothing of it
// is used. TPIDRPRW is scratch to the entries. Source: ARM DDI 0406C.d, B1.8, B1.9.
//
// From user mode there is a shorter way. While a thread runs, sp_svc points into its ThreadBlock, at r0, so that one instruction
// stores pc and cpsr and one stores the rest:
//
//                       sp_svc
//   +-----------+----+------+-----------+----+----+--------------+
//   | 3 words   | pc | cpsr | r0 .. r12 | sp | lr | kernel stack |    ThreadBlock, first words
//   +-----------+----+------+-----------+----+----+--------------+
//
// Supervisor mode then takes up the kernel stack of the block, closes the user half's domain, and calls
//   ThreadBlock *kernel_system_call(ThreadBlock *thread)
//   ThreadBlock *kernel_user_exception(ThreadBlock *thread, uint32_t kind)
// which return the thread to go on with. Nothing of the one that came lies on a stack.

        .include "macros.inc"

        .equ    MODE_MASK, 0x1F
        .equ    MODE_USR, 0x10
        .equ    MODE_SVC, 0x13
        .equ    MODE_ABT, 0x17
        .equ    MODE_UND, 0x1B
        .equ    MODE_SYS, 0x1F
        .equ    THUMB_BIT, 1 << 5

        .equ    PRIVILEGED, 0xF                 // in CPSR: one of them is set in every mode but USR

        .equ    DACR_KERNEL, 1                  // domain 0 client
        .equ    DACR_USER, 5                    // domain 1 too

        .equ    THREAD_GENERAL, 5 * 4           // ThreadBlock, as ThreadBlock.cs has it
        .equ    THREAD_KERNEL_STACK, 20 * 4

        .equ    SCTLR_V, 1 << 13
        .equ    SYS_EXIT_EXTENDED, 0x20

        .equ    FRAME_SP, 13 * 4
        .equ    FRAME_PC, 15 * 4
        .equ    FRAME_CPSR, 16 * 4
        .equ    FRAME_KIND, 17 * 4
        .equ    FRAME_SIZE, 18 * 4

        .equ    KIND_UNDEFINED, 1
        .equ    KIND_SUPERVISOR, 2
        .equ    KIND_PREFETCH, 3
        .equ    KIND_DATA, 4
        .equ    KIND_INTERRUPT, 6
        .equ    KIND_FAST_INTERRUPT, 7

        .balign 64
arm_function boot_vectors
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        .word   vector_reset
        .word   vector_undefined
        .word   vector_supervisor
        .word   vector_prefetch
        .word   vector_data
        .word   vector_reset            // HYP trap: never taken outside of HYP mode
        .word   vector_interrupt
        .word   vector_fast_interrupt
endfunction boot_vectors

// Goes to vector_user if this exception interrupted a thread. lr: the address to go on with.
        .macro  check_user kind
        mcr     p15, 0, r0, c13, c0, 4
        mrs     r0, spsr
        tst     r0, #PRIVILEGED
        bne     1f
        mrc     p15, 0, r0, c13, c0, 4
        srsdb   sp, #MODE_SVC
        cps     #MODE_SVC
        stmia   sp, {r0-r14}^
        mov     r1, #\kind
        b       vector_user
1:                                      // r0: SPSR; its value is in TPIDRPRW
        .endm

// Goes to the emergency if this exception interrupted the handling of another. r0: SPSR. lr: as check_user had it.
        .macro  check_nesting kind
        and     r0, r0, #MODE_MASK
        cmp     r0, #MODE_ABT
        cmpne   r0, #MODE_UND
        mov     r0, #\kind
        beq     vector_emergency
        mrc     p15, 0, r0, c13, c0, 4
        .endm

// Saves the frame. lr: the address to come back to, or of the instruction that failed.
        .macro  save_frame kind
        sub     sp, sp, #(FRAME_SIZE - FRAME_SP)
        str     lr, [sp, #(FRAME_PC - FRAME_SP)]
        push    {r0-r12}
        mov     r0, #\kind
        str     r0, [sp, #FRAME_KIND]
        .endm

arm_function vector_reset
        b       vector_dead
endfunction vector_reset

arm_function vector_undefined
        sub     lr, lr, #4              // of an ARM instruction; mended for Thumb below, and in C# for a thread
        check_user KIND_UNDEFINED
        check_nesting KIND_UNDEFINED
        save_frame KIND_UNDEFINED
        mrs     r1, spsr
        tst     r1, #THUMB_BIT
        ldrne   r2, [sp, #FRAME_PC]
        addne   r2, r2, #2
        strne   r2, [sp, #FRAME_PC]
        b       vector_common
endfunction vector_undefined

arm_function vector_supervisor
        srsdb   sp, #MODE_SVC           // into the ThreadBlock, or below the stack of a kernel that calls
        mrs     lr, spsr
        tst     lr, #PRIVILEGED
        bne     1f
        stmia   sp, {r0-r14}^
        mov     r1, #DACR_KERNEL
        mcr     p15, 0, r1, c3, c0, 0
        isb
        sub     r0, sp, #THREAD_GENERAL
        ldr     sp, [r0, #THREAD_KERNEL_STACK]
        mov     r11, #0                 // ends the chain of frames
        bl      kernel_system_call
        b       vector_to_user
1:      ldr     lr, [sp, #-8]
        save_frame KIND_SUPERVISOR
        b       vector_common
endfunction vector_supervisor

// From an exception of a thread but a call. In supervisor mode, sp: the block's r0. r1: kind.
arm_function vector_user
        mov     r2, #DACR_KERNEL
        mcr     p15, 0, r2, c3, c0, 0
        isb
        sub     r0, sp, #THREAD_GENERAL
        ldr     sp, [r0, #THREAD_KERNEL_STACK]
        mov     r11, #0                 // ends the chain of frames
        bl      kernel_user_exception
        b       vector_to_user
endfunction vector_user

// r0: thread. The exception return is what makes the domain's opening count; nothing in between touches the user half.
arm_function vector_to_user
        add     sp, r0, #THREAD_GENERAL
        mov     r1, #DACR_USER
        mcr     p15, 0, r1, c3, c0, 0
        clrex                           // an exclusive of the thread must not succeed by another's
        ldmia   sp, {r0-r14}^
        rfedb   sp
endfunction vector_to_user

arm_function vector_prefetch
        sub     lr, lr, #4
        check_user KIND_PREFETCH
        check_nesting KIND_PREFETCH
        save_frame KIND_PREFETCH
        b       vector_common
endfunction vector_prefetch

arm_function vector_data
        sub     lr, lr, #8
        check_user KIND_DATA
        check_nesting KIND_DATA
        save_frame KIND_DATA
        b       vector_common
endfunction vector_data

arm_function vector_interrupt
        sub     lr, lr, #4
        check_user KIND_INTERRUPT
        mrc     p15, 0, r0, c13, c0, 4
        save_frame KIND_INTERRUPT
        b       vector_common
endfunction vector_interrupt

arm_function vector_fast_interrupt
        sub     lr, lr, #4
        save_frame KIND_FAST_INTERRUPT
        b       vector_common
endfunction vector_fast_interrupt

// sp: the frame, all but cpsr, sp and lr of the interrupted code filled in.
arm_function vector_common
        clrex                           // an exclusive of the interrupted code must not succeed by one of ours
        mrs     r0, spsr
        str     r0, [sp, #FRAME_CPSR]
        mrs     r2, cpsr
        and     r1, r0, #MODE_MASK
        cmp     r1, #MODE_USR
        moveq   r1, #MODE_SYS           // the same sp and lr, and a mode to come back from
        bic     r3, r2, #MODE_MASK
        orr     r3, r3, r1
        add     r6, sp, #FRAME_SP
        msr     cpsr_c, r3
        mov     r4, sp
        mov     r5, lr
        msr     cpsr_c, r2
        stmia   r6, {r4, r5}
        mov     r0, sp
        tst     sp, #4                  // the AAPCS wants 8 bytes
        subne   sp, sp, #4
        mov     r4, r0                  // r4: frame
        mov     r11, #0                 // the chain of frames goes on in the ExceptionFrame
        ldr     r12, =kernel_exception
        blx     r12
        mov     sp, r4
        ldr     r0, [sp, #FRAME_CPSR]
        msr     spsr_cxsf, r0
        pop     {r0-r12}
        ldr     lr, [sp, #(FRAME_PC - FRAME_SP)]
        add     sp, sp, #(FRAME_SIZE - FRAME_SP)
        movs    pc, lr
endfunction vector_common

// r0: kind; lr: the instruction that failed. Nothing of the state before is needed any more but for telling.
arm_function vector_emergency
        ldr     r1, =vector_emergencies
        ldr     r2, [r1]
        cmp     r2, #0
        bne     vector_dead             // even telling failed
        mov     r2, #1
        str     r2, [r1]
        mov     r1, lr
        ldr     sp, =vector_emergency_stack_top
        mov     r11, #0
        ldr     r12, =kernel_emergency  // void kernel_emergency(uint32_t kind, uint32_t address)
        blx     r12
        b       vector_dead
endfunction vector_emergency

// The last resort, in registers alone: an emulator's exit with status 2, or sleep. Without an emulator the call below is an
// exception, and every vector of the table that is set up for it sleeps.
arm_function vector_dead
        cpsid   aif
        ldr     r0, =vector_sleep
        mcr     p15, 0, r0, c12, c0, 0  // VBAR
        mrc     p15, 0, r0, c1, c0, 0
        bic     r0, r0, #SCTLR_V
        mcr     p15, 0, r0, c1, c0, 0   // SCTLR
        isb
        mov     r0, #SYS_EXIT_EXTENDED
        ldr     r1, =vector_exit_block
        svc     #0x123456
        b       vector_sleep
        .ltorg
endfunction vector_dead

// For a kernel that brings no handlers of its own.
        .weak   kernel_system_call
arm_function kernel_system_call
        b       vector_dead
endfunction kernel_system_call

        .weak   kernel_user_exception
arm_function kernel_user_exception
        b       vector_dead
endfunction kernel_user_exception

        .weak   kernel_exception
arm_function kernel_exception
        b       vector_dead
endfunction kernel_exception

        .weak   kernel_emergency
arm_function kernel_emergency
        b       vector_dead
endfunction kernel_emergency

        .balign 32
arm_function vector_sleep
        .rept   8
        b       1f
        .endr
1:      wfi
        b       1b
endfunction vector_sleep

        .section .rodata.vectors, "a"
        .balign 4
vector_exit_block:
        .word   0x20026, 2              // ADP_Stopped_ApplicationExit, status

        .data
        .balign 4
vector_emergencies:
        .word   0

        .section .stacks, "aw", %nobits
        .balign 4096
        .skip   0x1000
vector_emergency_stack_top:
