// What the firmware of a Raspberry Pi 2 leaves, for tests: QEMU enters an ELF file on all four cores in secure SVC mode, a board
// enters the kernel's image on core 0 alone, not secure, in HYP mode, with the device tree in r2, and holds cores 1-3 in a loop
// over their mailbox 3. Lies at physical 0, as the real one does, and is gone once the kernel has written its vectors there.
// Sources: raspberrypi/tools, armstubs (behaviour only); ARM DDI 0406C.d, B1.8.7, B4.1.129 (SCR), B4.1.111 (NSACR).

        .syntax unified
        .section .note.GNU-stack, "", %progbits
        .text
        .arm

        .equ    MODE_MON, 0x16
        .equ    MODE_HYP, 0x1A
        .equ    MASK_ALL, 0x1C0
        .equ    SCR_NS, 1 << 0
        .equ    SCR_HCE, 1 << 8
        .equ    NSACR_ALL, 0x00063FFF           // coprocessors, ACTLR.SMP and cache lockdown are the kernel's
        .equ    KERNEL, 0x8000
        .equ    MACHINE, 0xC42
        .equ    DEVICE_TREE, 0x02000000
        .equ    MAILBOX3_CLEAR, 0x400000CC      // + 16 x core

        .global stub_entry
        .type   stub_entry, %function
stub_entry:
        cps     #MODE_MON
        ldr     r0, =NSACR_ALL
        mcr     p15, 0, r0, c1, c1, 2           // NSACR
        mrc     p15, 0, r0, c1, c1, 0
        orr     r0, r0, #SCR_NS
        orr     r0, r0, #SCR_HCE
        mcr     p15, 0, r0, c1, c1, 0           // SCR
        isb
        mov     r0, #(MASK_ALL | MODE_HYP)
        msr     spsr_cxsf, r0
        adr     lr, stub_hyp
        movs    pc, lr

stub_hyp:
        mrc     p15, 0, r0, c0, c0, 5           // MPIDR
        ands    r0, r0, #3
        bne     stub_wait
        mov     r0, #0
        ldr     r1, =MACHINE
        ldr     r2, =DEVICE_TREE
        ldr     pc, =KERNEL

stub_wait:
        ldr     r1, =MAILBOX3_CLEAR
        add     r1, r1, r0, lsl #4
1:      yield
        ldr     r2, [r1]
        cmp     r2, #0
        beq     1b
        str     r2, [r1]
        bx      r2
        .ltorg
