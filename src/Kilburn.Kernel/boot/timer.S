// The virtual timer of the generic timer: time, and an interrupt when some has passed. DDI 0406C.d, B8.

        .include "macros.inc"

        .equ    FACTOR, 125                     // 10^6 = 125 x 125 x 2^6
        .equ    TIMER_ENABLE, 1

// uint64_t boot_timer_now(void)
//   CNTVCT: CP15 1, c14.
function boot_timer_now
        isb                                     // else the counter may be read ahead of what came before
        mrrc    p15, 1, r0, r1, c14
        bx      lr
endfunction boot_timer_now

// uint64_t boot_timer_ticks(uint32_t microseconds)
//   Rounded down: microseconds x (CNTFRQ / 10^6, with 16 bits after the point). CNTFRQ: CP15 c14, 0, c0, 0; below 500 MHz.
function boot_timer_ticks
        mrc     p15, 0, r1, c14, c0, 0
        movs    r2, #FACTOR
        udiv    r1, r1, r2
        lsl     r1, r1, #10                     // 2^16 / 2^6
        udiv    r1, r1, r2
        umull   r0, r1, r0, r1
        lsr     r0, r0, #16
        orr     r0, r0, r1, lsl #16
        lsr     r1, r1, #16
        bx      lr
endfunction boot_timer_ticks

// void boot_timer_start(uint32_t ticks)
//   CNTV_TVAL: CP15 c14, 0, c3, 0; CNTV_CTL: CP15 c14, 0, c3, 1. Interrupts after so many ticks, at most 2^31 - 1.
function boot_timer_start
        mcr     p15, 0, r0, c14, c3, 0
        movs    r1, #TIMER_ENABLE
        mcr     p15, 0, r1, c14, c3, 1
        bx      lr
endfunction boot_timer_start

// void boot_timer_stop(void)
//   Takes back an interrupt that was asked for, or that has come.
function boot_timer_stop
        movs    r0, #0
        mcr     p15, 0, r0, c14, c3, 1
        bx      lr
endfunction boot_timer_stop

// uint32_t boot_timer_is_due(void)
//   CNTV_CTL.ISTATUS.
function boot_timer_is_due
        mrc     p15, 0, r0, c14, c3, 1
        ubfx    r0, r0, #2, #1
        bx      lr
endfunction boot_timer_is_due
