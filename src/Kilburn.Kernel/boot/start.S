// Entry: from what firmware leaves to C# in the linear map. Raspberry Pi 2.
//
// Firmware enters the first byte of the image with the MMU off: core 0 alone in HYP mode with the device tree in r2 (a real
// board; cores 1-3 wait in firmware's stub at physical 0-0xFF for an address in their mailbox 3), or all four cores in SVC mode
// with r2 zero (QEMU and an ELF file). Either way cores 1-3 end asleep in boot_park, and nobody runs the stub any more: its
// place becomes the vector table's. A core leaves boot_park when its mailbox 3 holds the address of boot_secondary.
//
// Until the MMU is on, nothing uses a stack or an absolute address of the linear map, except less LINEAR_MAP.
// Sources: ARM DDI 0406C.d, B1.9 (modes), B3 (memory system), B4.1 (registers); DDI 0464F (Cortex-A7), 4.3.31 (ACTLR);
// BCM2836 ARM-local peripherals QA7, 4.8 (mailboxes).

        .include "macros.inc"

        .equ    LINEAR_MAP, 0x80000000
        .equ    FIRST_LEVEL_TABLE, 0x4000
        .equ    FIRST_LEVEL_TABLE_SIZE, 0x4000

        .equ    MODE_MASK, 0x1F
        .equ    MODE_FIQ, 0x11
        .equ    MODE_IRQ, 0x12
        .equ    MODE_SVC, 0x13
        .equ    MODE_ABT, 0x17
        .equ    MODE_HYP, 0x1A
        .equ    MODE_UND, 0x1B
        .equ    MASK_ALL, 0x1C0                 // CPSR.A, I, F

        .equ    PMCR_ENABLE, 1 << 0
        .equ    PMCR_CYCLES_RESET, 1 << 2
        .equ    PMCNTEN_CYCLES, 1 << 31
        .equ    HCPTR_NO_TRAP, 0x33FF           // the bits that read as one, and no trap
        .equ    CNTHCTL_PL1, 3                  // kernel may use the physical counter and timer
        .equ    ACTLR_SMP, 1 << 6
        .equ    CPACR_VFP, 0xF << 20
        .equ    FPEXC_ENABLE, 1 << 30

        .equ    SCTLR_M, 1 << 0
        .equ    SCTLR_A, 1 << 1
        .equ    SCTLR_C, 1 << 2
        .equ    SCTLR_Z, 1 << 11
        .equ    SCTLR_I, 1 << 12
        .equ    SCTLR_V, 1 << 13
        .equ    SCTLR_EE, 1 << 25
        .equ    SCTLR_TRE, 1 << 28
        .equ    SCTLR_AFE, 1 << 29
        .equ    SCTLR_TE, 1 << 30

        .equ    PRRR, 0x0C0B00A4                // 0 strongly-ordered, 1 device, 2 and 3 normal, inner shareable
        .equ    NMRR, 0x00400040                // 3: write-back, write-allocate
        .equ    WALK_ATTRIBUTES, 0x6A           // walks: write-back, write-allocate, inner shareable
        .equ    TTBCR_HALVES, 1                 // TTBR0 serves the lower 2 GiB
        .equ    DACR_KERNEL, 1                  // domain 0 client, all others no access

        .equ    SECTION_MEMORY, 0x0001040E      // normal, shareable, kernel read-write
        .equ    PAGE_MEMORY, 0x0000041E         // the same as a small page
        .equ    TABLE_POINTER, 1                // domain 0

        .equ    STACK_TOPS_OF_CORE, 5 * 4
        .equ    PAGES_OF_MIB_SHIFT, 8
        .equ    SECOND_LEVEL_TABLE_SIZE, 1024
        .equ    MOST_IMAGE_MIBS, 8
        .equ    LINEAR_MAP_SLOT, (LINEAR_MAP >> 20) * 4
        .equ    EARLY_SLOT, 0xFFE * 4           // 0xFFE00000: what the board needs before there is an MMIO window

        .equ    TTBCR_CLOSED, 0x11              // the same, and no walks of TTBR0's half (PD0)
        .equ    CORE_MAILBOX_INTERRUPTS, 0x40000050 // + 4 x core: which mailboxes interrupt the core
        .equ    MAILBOX3_INTERRUPT, 1 << 3
        .equ    CORE_MAILBOX3_SET, 0x4000008C   // + 16 x core
        .equ    CORE_MAILBOX3_CLEAR, 0x400000CC // + 16 x core
        .equ    ARRIVAL_PATIENCE, 0x10000000    // looks at the other cores before going on without them: seconds

        .section .text.entry, "ax"

// void boot_entry(r2: device tree or zero)
arm_function boot_entry
        mov     r9, r2                          // r9: device tree, up to the call of C#
        mov     r0, #(PMCR_ENABLE | PMCR_CYCLES_RESET)
        mcr     p15, 0, r0, c9, c12, 0          // PMCR
        mov     r0, #PMCNTEN_CYCLES
        mcr     p15, 0, r0, c9, c12, 1          // PMCNTENSET: PMCCNTR counts from here

        mrs     r11, cpsr
        and     r11, r11, #MODE_MASK            // r11: mode at entry, up to the call of C#
        cmp     r11, #MODE_HYP
        bne     boot_kernel_mode

        // Leave HYP: nothing trapped, counters usable and without offset, identification registers as they are.
        mrc     p15, 4, r0, c14, c1, 0
        orr     r0, r0, #CNTHCTL_PL1
        mcr     p15, 4, r0, c14, c1, 0          // CNTHCTL
        mov     r0, #0
        mcrr    p15, 4, r0, r0, c14             // CNTVOFF
        mcr     p15, 4, r0, c1, c1, 0           // HCR
        mcr     p15, 4, r0, c1, c1, 3           // HSTR
        ldr     r0, =HCPTR_NO_TRAP
        mcr     p15, 4, r0, c1, c1, 2           // HCPTR
        mrc     p15, 0, r0, c0, c0, 0
        mcr     p15, 4, r0, c0, c0, 0           // VPIDR = MIDR
        mrc     p15, 0, r0, c0, c0, 5
        mcr     p15, 4, r0, c0, c0, 5           // VMPIDR = MPIDR
        mov     r0, #(MASK_ALL | MODE_SVC)
        msr     spsr_cxsf, r0
        adr     r0, boot_kernel_mode
        msr     elr_hyp, r0
        eret
boot_kernel_mode:
        cpsid   aif, #MODE_SVC

        // Coherency first: without ACTLR.SMP a Cortex-A7 ignores shareable memory and broadcast maintenance.
        mrc     p15, 0, r0, c1, c0, 1
        orr     r0, r0, #ACTLR_SMP
        mcr     p15, 0, r0, c1, c0, 1           // ACTLR
        isb

        mov     r0, #0
        mcr     p15, 0, r0, c8, c7, 0           // TLBIALL
        mcr     p15, 0, r0, c7, c5, 0           // ICIALLU
        mcr     p15, 0, r0, c7, c5, 6           // BPIALL
        bl      boot_invalidate_data_cache
        dsb
        isb

        mrc     p15, 0, r0, c1, c0, 2
        orr     r0, r0, #CPACR_VFP
        mcr     p15, 0, r0, c1, c0, 2           // CPACR
        isb
        mov     r0, #FPEXC_ENABLE
        vmsr    fpexc, r0

        mrc     p15, 0, r0, c0, c0, 5           // MPIDR
        ands    r0, r0, #3
        bne     boot_park

        // Call the other cores out of firmware's stub, and wait until each sleeps in boot_park.
        ldr     r1, =CORE_MAILBOX3_SET
        ldr     r0, =(boot_entry - LINEAR_MAP)
        str     r0, [r1, #0x10]
        str     r0, [r1, #0x20]
        str     r0, [r1, #0x30]
        dsb
        sev
        ldr     r1, =(boot_arrivals - LINEAR_MAP)
        ldr     r2, =ARRIVAL_PATIENCE
1:      ldr     r0, [r1, #4]
        ldr     r3, [r1, #8]
        and     r0, r0, r3
        ldr     r3, [r1, #12]
        ands    r0, r0, r3
        bne     2f
        yield
        subs    r2, r2, #1
        bne     1b
2:      ldr     r1, =CORE_MAILBOX3_CLEAR
        mvn     r0, #0
        str     r0, [r1, #0x10]
        str     r0, [r1, #0x20]
        str     r0, [r1, #0x30]

        // First-level table: empty but for the first MiB at its identity, the image in the linear map, and the board's empty table.
        mov     r0, #FIRST_LEVEL_TABLE
        mov     r1, #(FIRST_LEVEL_TABLE + FIRST_LEVEL_TABLE_SIZE)
        bl      boot_clear
        ldr     r0, =(boot_table_early - LINEAR_MAP)
        add     r1, r0, #SECOND_LEVEL_TABLE_SIZE
        bl      boot_clear
        mov     r4, #FIRST_LEVEL_TABLE
        ldr     r0, =SECTION_MEMORY
        str     r0, [r4]
        ldr     r0, =(boot_table_early - LINEAR_MAP + TABLE_POINTER)
        ldr     r1, =EARLY_SLOT
        str     r0, [r4, r1]

        // The image's MiBs in pages, so that guards can be left out and nothing has to be split later.
        ldr     r5, =(boot_tables_image - LINEAR_MAP)
        ldr     r6, =linker_image_mibs
        mov     r0, r5
        ldr     r1, =PAGE_MEMORY
        mov     r2, r6, lsl #PAGES_OF_MIB_SHIFT
3:      str     r1, [r0], #4
        add     r1, r1, #0x1000
        subs    r2, r2, #1
        bne     3b
        ldr     r0, =(boot_guards - LINEAR_MAP)
        ldr     r1, =(boot_guards_end - LINEAR_MAP)
        mov     r3, #0
4:      ldr     r2, [r0], #4
        ubfx    r2, r2, #12, #19                // page of the guard in the linear map
        str     r3, [r5, r2, lsl #2]
        cmp     r0, r1
        bne     4b
        orr     r0, r5, #TABLE_POINTER
        add     r1, r4, #LINEAR_MAP_SLOT
5:      str     r0, [r1], #4
        add     r0, r0, #SECOND_LEVEL_TABLE_SIZE
        subs    r6, r6, #1
        bne     5b

        bl      boot_open_tables
        ldr     r1, =(SCTLR_A | SCTLR_V | SCTLR_EE | SCTLR_TE)
        bic     r0, r0, r1
        ldr     r1, =(SCTLR_M | SCTLR_C | SCTLR_Z | SCTLR_I | SCTLR_TRE | SCTLR_AFE)
        orr     r0, r0, r1
        mcr     p15, 0, r0, c1, c0, 0           // MMU on
        dsb
        isb
        ldr     pc, =boot_high
endfunction boot_entry

// Core 1-3: says that it has come, and sleeps. A wake-up without the one word that starts it sleeps again.
arm_function boot_park
        ldr     r1, =(boot_arrivals - LINEAR_MAP)
        mov     r2, #1
        str     r2, [r1, r0, lsl #2]            // pairs with the look in boot_entry; caches are off on both sides
        dsb
        sev
        ldr     r1, =CORE_MAILBOX_INTERRUPTS
        mov     r2, #MAILBOX3_INTERRUPT
        str     r2, [r1, r0, lsl #2]            // masked, but it ends a WFI
        ldr     r1, =CORE_MAILBOX3_CLEAR
        add     r1, r1, r0, lsl #4
        ldr     r2, =(boot_secondary - LINEAR_MAP)
1:      dsb
        wfi
        ldr     r3, [r1]
        str     r3, [r1]                        // whatever it was: a full mailbox is an interrupt, and no sleep
        cmp     r3, r2
        bne     1b
        dsb
        bx      r2
endfunction boot_park

// Core 1-3, in the kernel that runs already: its tables, through an identity map in TTBR0 that no other core loads: the lower
// half of the first-level table, which TTBR1 never walks, holds the first MiB while cores are started.
arm_function boot_secondary
        bl      boot_open_tables
        ldr     r1, =(SCTLR_A | SCTLR_EE | SCTLR_TE)
        bic     r0, r0, r1
        ldr     r1, =(SCTLR_M | SCTLR_C | SCTLR_Z | SCTLR_I | SCTLR_V | SCTLR_TRE | SCTLR_AFE)
        orr     r0, r0, r1
        mcr     p15, 0, r0, c1, c0, 0           // MMU on
        dsb
        isb
        ldr     pc, =boot_secondary_high
endfunction boot_secondary

// All registers of translation but the switch: returns SCTLR in r0.
arm_function boot_open_tables
        ldr     r0, =PRRR
        mcr     p15, 0, r0, c10, c2, 0
        ldr     r0, =NMRR
        mcr     p15, 0, r0, c10, c2, 1
        mov     r0, #TTBCR_HALVES
        mcr     p15, 0, r0, c2, c0, 2           // TTBCR
        mov     r0, #DACR_KERNEL
        mcr     p15, 0, r0, c3, c0, 0           // DACR
        mov     r0, #0
        mcr     p15, 0, r0, c13, c0, 1          // CONTEXTIDR
        ldr     r0, =(FIRST_LEVEL_TABLE + WALK_ATTRIBUTES)
        mcr     p15, 0, r0, c2, c0, 0           // TTBR0
        mcr     p15, 0, r0, c2, c0, 1           // TTBR1
        dsb
        isb
        mrc     p15, 0, r0, c1, c0, 0           // SCTLR
        bx      lr
endfunction boot_open_tables

// Invalidates this core's first-level data cache, line by line: after reset it may hold anything. DDI 0406C.d, B2.2.4.
// Touches r0-r7.
arm_function boot_invalidate_data_cache
        mov     r0, #0
        mcr     p15, 2, r0, c0, c0, 0           // CSSELR: level 1, data
        isb
        mrc     p15, 1, r0, c0, c0, 0           // CCSIDR
        and     r1, r0, #7
        add     r1, r1, #4                      // r1: log2 of the line length in bytes
        ubfx    r2, r0, #3, #10                 // r2: ways - 1
        ubfx    r3, r0, #13, #15                // r3: sets - 1
        clz     r4, r2                          // r4: shift of the way field
1:      mov     r5, r3                          // r5: set
2:      lsl     r6, r2, r4
        orr     r6, r6, r5, lsl r1
        mcr     p15, 0, r6, c7, c6, 2           // DCISW
        subs    r5, r5, #1
        bpl     2b
        subs    r2, r2, #1
        bpl     1b
        bx      lr
endfunction boot_invalidate_data_cache

// Clears [r0, r1), a multiple of 32 bytes. Touches r0, r2-r8, r10.
arm_function boot_clear
        mov     r2, #0
        mov     r3, #0
        mov     r4, #0
        mov     r5, #0
        mov     r6, #0
        mov     r7, #0
        mov     r8, #0
        mov     r10, #0
        b       2f
1:      stmia   r0!, {r2-r8, r10}
2:      cmp     r0, r1
        bne     1b
        bx      lr
endfunction boot_clear

        .ltorg

// In the linear map: stacks, zeroed data, C#.
        .section .text.boot, "ax"
arm_function boot_high
        ldr     r0, =boot_vectors
        mcr     p15, 0, r0, c12, c0, 0          // VBAR, until the vectors are at 0xFFFF0000
        mov     r0, #0
        bl      boot_set_stacks
        ldr     r0, =linker_zeroed_start
        ldr     r1, =linker_zeroed_end
        bl      boot_clear
        mov     r0, r9
        mov     r1, r11
        mov     r11, #0                         // ends the chain of frames
        mov     lr, #0
        ldr     r12, =kernel_main               // void kernel_main(uint32_t deviceTree, uint32_t entryMode)
        blx     r12
1:      wfi
        b       1b
endfunction boot_high

// Core 1-3, in the linear map, the vectors at 0xFFFF0000: the identity map is left behind.
arm_function boot_secondary_high
        mov     r0, #TTBCR_CLOSED
        mcr     p15, 0, r0, c2, c0, 2           // TTBCR
        isb
        mov     r0, #0
        mcr     p15, 0, r0, c8, c7, 0           // TLBIALL: what the identity map left
        dsb
        isb
        mrc     p15, 0, r0, c0, c0, 5           // MPIDR
        and     r0, r0, #3
        bl      boot_set_stacks
        mov     r11, #0                         // ends the chain of frames
        mov     lr, #0
        ldr     r12, =kernel_secondary          // void kernel_secondary(uint32_t core)
        blx     r12
1:      wfi
        b       1b
endfunction boot_secondary_high

// r0: core, kept. Touches r1-r7.
arm_function boot_set_stacks
        ldr     r1, =boot_stack_tops            // [core]: SVC, ABT, UND, IRQ, FIQ
        mov     r2, #STACK_TOPS_OF_CORE
        mla     r1, r0, r2, r1
        ldmia   r1, {r2-r6}
        mov     r7, lr                          // lr is the mode's, too
        cps     #MODE_ABT
        mov     sp, r3
        cps     #MODE_UND
        mov     sp, r4
        cps     #MODE_IRQ
        mov     sp, r5
        cps     #MODE_FIQ
        mov     sp, r6
        cps     #MODE_SVC
        mov     sp, r2
        bx      r7
endfunction boot_set_stacks

// For a kernel that never starts them.
        .weak   kernel_secondary
arm_function kernel_secondary
1:      wfi
        b       1b
endfunction kernel_secondary

        .ltorg

        .data
        .balign 4
variable boot_arrivals                          // [core]: 1 once it sleeps
        .word   0, 0, 0, 0
endvariable boot_arrivals

        .section .boot_tables, "aw", %nobits
        .balign 1024
variable boot_tables_image                      // from 0x80000000 on, a MiB each
        .skip   MOST_IMAGE_MIBS * SECOND_LEVEL_TABLE_SIZE
endvariable boot_tables_image
variable boot_table_early                       // 0xFFE00000-0xFFEFFFFF
        .skip   SECOND_LEVEL_TABLE_SIZE
endvariable boot_table_early
