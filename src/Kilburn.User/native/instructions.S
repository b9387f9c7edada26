// What C# has no words for: registers that a program may read, and accesses of a kind of their own.

        .include "macros.inc"

// uint32_t user_read_status(void)
//   CPSR.
function user_read_status
        mrs     r0, cpsr
        bx      lr
endfunction user_read_status

// uint32_t user_read_thread_pointer(void)
//   TPIDRURO.
function user_read_thread_pointer
        mrc     p15, 0, r0, c13, c0, 3
        bx      lr
endfunction user_read_thread_pointer

// uint32_t user_call_address(uint32_t address)
//   A call in ARM state of whatever lies there.
function user_call_address
        push    {r4, lr}
        bic     r0, r0, #3
        blx     r0
        pop     {r4, pc}
endfunction user_call_address

// void user_write_status(uint32_t value)
//   CPSR's control byte, as a kernel would write it: in USR mode nothing changes.
function user_write_status
        msr     cpsr_c, r0
        bx      lr
endfunction user_write_status
