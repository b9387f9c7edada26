// System calls: svc #0 with the number in r7 and the arguments from r0 on. The kernel keeps every register but r0 and r1, which
// are the error and the value: as one value of 64 bits they are what the caller gets. r12 holds the caller's r7.

        .include "macros.inc"

// uint64_t user_call0(uint32_t number)
function user_call0
        mov     r12, r7
        mov     r7, r0
        svc     #0
        mov     r7, r12
        bx      lr
endfunction user_call0

// uint64_t user_call1(uint32_t argument0, uint32_t number)
function user_call1
        mov     r12, r7
        mov     r7, r1
        svc     #0
        mov     r7, r12
        bx      lr
endfunction user_call1

// uint64_t user_call2(uint32_t argument0, uint32_t argument1, uint32_t number)
function user_call2
        mov     r12, r7
        mov     r7, r2
        svc     #0
        mov     r7, r12
        bx      lr
endfunction user_call2

// uint64_t user_call3(uint32_t argument0, uint32_t argument1, uint32_t argument2, uint32_t number)
function user_call3
        mov     r12, r7
        mov     r7, r3
        svc     #0
        mov     r7, r12
        bx      lr
endfunction user_call3

// uint64_t user_call5(uint32_t argument0, ..., uint32_t argument4, uint32_t number)
function user_call5
        mov     r12, r7
        push    {r4}
        ldr     r4, [sp, #4]
        ldr     r7, [sp, #8]
        svc     #0
        mov     r7, r12
        pop     {r4}
        bx      lr
endfunction user_call5
