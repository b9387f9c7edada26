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

// uint32_t user_count(void)
//   PMCCNTR, while the kernel lets programs read it; an undefined instruction otherwise.
function user_count
        mrc     p15, 0, r0, c9, c13, 0
        bx      lr
endfunction user_count

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

// uint32_t user_load(uint32_t address)
//   One load, which may fault.
function user_load
        ldr     r0, [r0]
        bx      lr
endfunction user_load

// void user_store(uint32_t address, uint32_t value)
//   One store, which may fault.
function user_store
        str     r1, [r0]
        bx      lr
endfunction user_store

// A fault between here and user_probes_end is expected: Probe's handler goes on at lr, with r0 = 1.
user_probes_start:

// uint32_t user_probe_load(uint32_t address, uint32_t *value)
//   One load. 0 when it came through.
function user_probe_load
        mov     r2, r0
        movs    r0, #0
        ldr     r3, [r2]
        str     r3, [r1]
        bx      lr
endfunction user_probe_load

// uint32_t user_probe_store(uint32_t address, uint32_t value)
//   One store. 0 when it came through.
function user_probe_store
        mov     r2, r0
        movs    r0, #0
        str     r1, [r2]
        bx      lr
endfunction user_probe_store

user_probes_end:

// uint32_t user_is_probe(uint32_t address)
//   1 when an instruction of a probe lies there.
function user_is_probe
        adr     r1, user_probes_start
        adr     r2, user_probes_end
        cmp     r0, r1
        it      hs
        cmphs   r2, r0
        ite     hi
        movhi   r0, #1
        movls   r0, #0
        bx      lr
endfunction user_is_probe
