// Where programs, threads and fault handlers begin: from the kernel's registers to C#.
// See Kilburn.SystemCalls.SystemCall for what each finds in its registers.

        .include "macros.inc"

        .equ    CALL_EXIT, 2
        .equ    CALL_THREAD_EXIT, 7
        .equ    CALL_FAULT_RETURN, 25

        .section .text.entry, "ax"

// r0: address of the arguments, r1: their length. Ends the process with what the program returns.
function user_start
        bl      user_main               // uint32_t user_main(const uint8_t *arguments, uint32_t length)
        movs    r7, #CALL_EXIT
        svc     #0
        udf     #0
endfunction user_start

        .text

// r0: argument; on the stack: the thread's method. Ends the thread with what the method returns.
function user_thread_start
        ldr     r1, [sp], #8
        blx     r1                      // uint32_t method(uint32_t argument)
        movs    r7, #CALL_THREAD_EXIT
        svc     #0
        udf     #0
endfunction user_thread_start

// r0: address of the UserFault. Ends the handling with what the handler returns.
function user_fault_start
        ldr     r1, =user_fault_handler
        ldr     r1, [r1]
        blx     r1                      // FaultAction handler(UserFault *fault)
        movs    r7, #CALL_FAULT_RETURN
        svc     #0
        udf     #0
        .ltorg
endfunction user_fault_start

// uint32_t user_get_thread_start(void)
//   The entry of a thread, as the kernel wants it: bit 0 says Thumb.
function user_get_thread_start
        ldr     r0, =user_thread_start
        bx      lr
        .ltorg
endfunction user_get_thread_start

// uint32_t user_set_fault_handler(uint32_t handler)
//   Keeps the handler. Returns the entry of the handling, as the kernel wants it.
function user_set_fault_handler
        ldr     r1, =user_fault_handler
        str     r0, [r1]
        ldr     r0, =user_fault_start
        bx      lr
        .ltorg
endfunction user_set_fault_handler

        .bss
        .balign 4
variable user_fault_handler             // written before the kernel knows of a handler
        .skip   4
endvariable user_fault_handler
