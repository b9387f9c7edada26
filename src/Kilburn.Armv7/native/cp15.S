// System registers, barriers and maintenance: what C# cannot say.
// Every routine follows the AAPCS, touches only r0-r3, and uses no stack. Cp15.cs has a method for each, in this order.
// Source of each encoding: ARM DDI 0406C.d, B4.1 (registers), B4.2 (operations).

        .include "macros.inc"

        .equ    CACHE_LINE, 64                  // data-cache line of a Cortex-A7 in bytes; checked at start against CTR
        .equ    TTBCR_OPEN, 0x01                // N = 1
        .equ    TTBCR_CLOSED, 0x11              // N = 1, PD0

// uint32_t arm_core_index(void)
//   MPIDR[1:0]: CP15 c0, 0, c0, 5.
function arm_core_index
        mrc     p15, 0, r0, c0, c0, 5
        and     r0, r0, #3
        bx      lr
endfunction arm_core_index

// uint32_t arm_read_main_id(void)
//   MIDR: CP15 c0, 0, c0, 0.
function arm_read_main_id
        mrc     p15, 0, r0, c0, c0, 0
        bx      lr
endfunction arm_read_main_id

// uint32_t arm_read_cache_type(void)
//   CTR: CP15 c0, 0, c0, 1.
function arm_read_cache_type
        mrc     p15, 0, r0, c0, c0, 1
        bx      lr
endfunction arm_read_cache_type

// uint32_t arm_read_memory_model1(void)
//   ID_MMFR1: CP15 c0, 0, c1, 5.
function arm_read_memory_model1
        mrc     p15, 0, r0, c0, c1, 5
        bx      lr
endfunction arm_read_memory_model1

// uint32_t arm_read_memory_model3(void)
//   ID_MMFR3: CP15 c0, 0, c1, 7.
function arm_read_memory_model3
        mrc     p15, 0, r0, c0, c1, 7
        bx      lr
endfunction arm_read_memory_model3

// uint32_t arm_read_system_control(void)
//   SCTLR: CP15 c1, 0, c0, 0.
function arm_read_system_control
        mrc     p15, 0, r0, c1, c0, 0
        bx      lr
endfunction arm_read_system_control

// uint32_t arm_read_translation_table_base0(void)
//   TTBR0: CP15 c2, 0, c0, 0.
function arm_read_translation_table_base0
        mrc     p15, 0, r0, c2, c0, 0
        bx      lr
endfunction arm_read_translation_table_base0

// uint32_t arm_read_translation_table_base1(void)
//   TTBR1: CP15 c2, 0, c0, 1.
function arm_read_translation_table_base1
        mrc     p15, 0, r0, c2, c0, 1
        bx      lr
endfunction arm_read_translation_table_base1

// uint32_t arm_read_translation_table_base_control(void)
//   TTBCR: CP15 c2, 0, c0, 2.
function arm_read_translation_table_base_control
        mrc     p15, 0, r0, c2, c0, 2
        bx      lr
endfunction arm_read_translation_table_base_control

// uint32_t arm_read_domain_access_control(void)
//   DACR: CP15 c3, 0, c0, 0.
function arm_read_domain_access_control
        mrc     p15, 0, r0, c3, c0, 0
        bx      lr
endfunction arm_read_domain_access_control

// uint32_t arm_read_context_id(void)
//   CONTEXTIDR: CP15 c13, 0, c0, 1.
function arm_read_context_id
        mrc     p15, 0, r0, c13, c0, 1
        bx      lr
endfunction arm_read_context_id

// uint32_t arm_read_primary_region_remap(void)
//   PRRR: CP15 c10, 0, c2, 0.
function arm_read_primary_region_remap
        mrc     p15, 0, r0, c10, c2, 0
        bx      lr
endfunction arm_read_primary_region_remap

// uint32_t arm_read_normal_memory_remap(void)
//   NMRR: CP15 c10, 0, c2, 1.
function arm_read_normal_memory_remap
        mrc     p15, 0, r0, c10, c2, 1
        bx      lr
endfunction arm_read_normal_memory_remap

// void arm_write_system_control(uint32_t value)
//   SCTLR: CP15 c1, 0, c0, 0. Not seen by later instructions before an ISB.
function arm_write_system_control
        mcr     p15, 0, r0, c1, c0, 0
        bx      lr
endfunction arm_write_system_control

// void arm_write_translation_table_base0(uint32_t value)
//   TTBR0: CP15 c2, 0, c0, 0. Not seen by later instructions before an ISB.
function arm_write_translation_table_base0
        mcr     p15, 0, r0, c2, c0, 0
        bx      lr
endfunction arm_write_translation_table_base0

// void arm_write_translation_table_base1(uint32_t value)
//   TTBR1: CP15 c2, 0, c0, 1. Not seen by later instructions before an ISB.
function arm_write_translation_table_base1
        mcr     p15, 0, r0, c2, c0, 1
        bx      lr
endfunction arm_write_translation_table_base1

// void arm_write_translation_table_base_control(uint32_t value)
//   TTBCR: CP15 c2, 0, c0, 2. Not seen by later instructions before an ISB.
function arm_write_translation_table_base_control
        mcr     p15, 0, r0, c2, c0, 2
        bx      lr
endfunction arm_write_translation_table_base_control

// void arm_write_domain_access_control(uint32_t value)
//   DACR: CP15 c3, 0, c0, 0. Not seen by later instructions before an ISB.
function arm_write_domain_access_control
        mcr     p15, 0, r0, c3, c0, 0
        bx      lr
endfunction arm_write_domain_access_control

// void arm_write_context_id(uint32_t value)
//   CONTEXTIDR: CP15 c13, 0, c0, 1. Not seen by later instructions before an ISB.
function arm_write_context_id
        mcr     p15, 0, r0, c13, c0, 1
        bx      lr
endfunction arm_write_context_id

// void arm_write_primary_region_remap(uint32_t value)
//   PRRR: CP15 c10, 0, c2, 0. Not seen by later instructions before an ISB.
function arm_write_primary_region_remap
        mcr     p15, 0, r0, c10, c2, 0
        bx      lr
endfunction arm_write_primary_region_remap

// void arm_write_normal_memory_remap(uint32_t value)
//   NMRR: CP15 c10, 0, c2, 1. Not seen by later instructions before an ISB.
function arm_write_normal_memory_remap
        mcr     p15, 0, r0, c10, c2, 1
        bx      lr
endfunction arm_write_normal_memory_remap

// uint32_t arm_read_data_fault_status(void)
//   DFSR: CP15 c5, 0, c0, 0.
function arm_read_data_fault_status
        mrc     p15, 0, r0, c5, c0, 0
        bx      lr
endfunction arm_read_data_fault_status

// uint32_t arm_read_instruction_fault_status(void)
//   IFSR: CP15 c5, 0, c0, 1.
function arm_read_instruction_fault_status
        mrc     p15, 0, r0, c5, c0, 1
        bx      lr
endfunction arm_read_instruction_fault_status

// uint32_t arm_read_data_fault_address(void)
//   DFAR: CP15 c6, 0, c0, 0.
function arm_read_data_fault_address
        mrc     p15, 0, r0, c6, c0, 0
        bx      lr
endfunction arm_read_data_fault_address

// uint32_t arm_read_instruction_fault_address(void)
//   IFAR: CP15 c6, 0, c0, 2.
function arm_read_instruction_fault_address
        mrc     p15, 0, r0, c6, c0, 2
        bx      lr
endfunction arm_read_instruction_fault_address

// uint32_t arm_read_cycle_counter(void)
//   PMCCNTR: CP15 c9, 0, c13, 0.
function arm_read_cycle_counter
        mrc     p15, 0, r0, c9, c13, 0
        bx      lr
endfunction arm_read_cycle_counter

// void arm_write_user_counting(uint32_t enable)
//   PMUSERENR, whether programs may read PMCCNTR: CP15 c9, 0, c14, 0.
function arm_write_user_counting
        mcr     p15, 0, r0, c9, c14, 0
        bx      lr
endfunction arm_write_user_counting

// void arm_synchronize_data(void)
//   DSB, full system.
function arm_synchronize_data
        dsb     sy
        bx      lr
endfunction arm_synchronize_data

// void arm_synchronize_context(void)
//   ISB.
function arm_synchronize_context
        isb
        bx      lr
endfunction arm_synchronize_context

// void arm_synchronize(void)
//   DSB, ISB: new descriptors are usable by this core.
function arm_synchronize
        dsb     ish
        isb
        bx      lr
endfunction arm_synchronize

// void arm_wait_for_interrupt(void)
//   WFI, with all accesses complete.
function arm_wait_for_interrupt
        dsb     sy
        wfi
        bx      lr
endfunction arm_wait_for_interrupt

// void arm_relax(void)
//   YIELD: QEMU runs another core; a Cortex-A7 goes on.
function arm_relax
        yield
        bx      lr
endfunction arm_relax

// void arm_wait_for_event(void)
//   WFE.
function arm_wait_for_event
        wfe
        bx      lr
endfunction arm_wait_for_event

// void arm_send_event(void)
//   SEV, with all accesses complete.
function arm_send_event
        dsb     ish
        sev
        bx      lr
endfunction arm_send_event

// void arm_invalidate_instruction_caches(void)
//   ICIALLUIS: CP15 c7, 0, c1, 0.
function arm_invalidate_instruction_caches
        movs    r0, #0
        mcr     p15, 0, r0, c7, c1, 0
        bx      lr
endfunction arm_invalidate_instruction_caches

// void arm_invalidate_branch_predictors(void)
//   BPIALLIS: CP15 c7, 0, c1, 6.
function arm_invalidate_branch_predictors
        movs    r0, #0
        mcr     p15, 0, r0, c7, c1, 6
        bx      lr
endfunction arm_invalidate_branch_predictors

// void arm_clean_to_unification(uint32_t start, uint32_t end)
//   DCCMVAU, clean by address to the point of unification: CP15 c7, 0, c11, 1; each line of [start, end).
//   The range must be mapped: on an unmapped line the operation can abort.
function arm_clean_to_unification
        bic     r0, r0, #(CACHE_LINE - 1)
        1:      mcr     p15, 0, r0, c7, c11, 1
        add     r0, r0, #CACHE_LINE
        cmp     r0, r1
        blo     1b
        bx      lr
endfunction arm_clean_to_unification

// void arm_clean_invalidate_to_coherency(uint32_t start, uint32_t end)
//   DCCIMVAC, clean and invalidate by address to the point of coherency: CP15 c7, 0, c14, 1; each line of [start, end).
//   The range must be mapped: on an unmapped line the operation can abort.
function arm_clean_invalidate_to_coherency
        bic     r0, r0, #(CACHE_LINE - 1)
        1:      mcr     p15, 0, r0, c7, c14, 1
        add     r0, r0, #CACHE_LINE
        cmp     r0, r1
        blo     1b
        bx      lr
endfunction arm_clean_invalidate_to_coherency

// void arm_invalidate_local_tlb(void)
//   TLBIALL, this core: CP15 c8, 0, c7, 0.
function arm_invalidate_local_tlb
        movs    r0, #0
        mcr     p15, 0, r0, c8, c7, 0
        bx      lr
endfunction arm_invalidate_local_tlb

// void arm_invalidate_tlbs(void)
//   TLBIALLIS: CP15 c8, 0, c3, 0.
function arm_invalidate_tlbs
        movs    r0, #0
        mcr     p15, 0, r0, c8, c3, 0
        bx      lr
endfunction arm_invalidate_tlbs

// Compares a set of cores with this core alone: equal when it is. Rotated by the core's number, the set is 1 then; the number is
// MPIDR[7:0], which is all that a rotation takes of a register. DDI 0406C.d, B4.1.106.
        .macro  compare_alone set, number
        mrc     p15, 0, \number, c0, c0, 5
        rors    \set, \number
        cmp     \set, #1
        .endm

// void arm_invalidate_asid(uint32_t asid, const uint32_t *cores)
//   TLBIASID when the set is this core alone, CP15 c8, 0, c7, 2; else TLBIASIDIS, CP15 c8, 0, c3, 2.
function arm_invalidate_asid
        ldr     r1, [r1]
        compare_alone r1, r2
        bne     1f
        mcr     p15, 0, r0, c8, c7, 2
        bx      lr
        1:      mcr     p15, 0, r0, c8, c3, 2
        bx      lr
endfunction arm_invalidate_asid

// void arm_invalidate_page(uint32_t addressAndAsid, const uint32_t *cores)
//   TLBIMVA when the set is this core alone, CP15 c8, 0, c7, 1; else TLBIMVAIS, CP15 c8, 0, c3, 1.
function arm_invalidate_page
        ldr     r1, [r1]
        compare_alone r1, r2
        bne     1f
        mcr     p15, 0, r0, c8, c7, 1
        bx      lr
        1:      mcr     p15, 0, r0, c8, c3, 1
        bx      lr
endfunction arm_invalidate_page

// void arm_invalidate_page_of_all_asids(uint32_t address)
//   TLBIMVAAIS: CP15 c8, 0, c3, 3.
function arm_invalidate_page_of_all_asids
        mcr     p15, 0, r0, c8, c3, 3
        bx      lr
endfunction arm_invalidate_page_of_all_asids

// void arm_remove_page(uint32_t address, const struct { uint32_t word, cores; } *owner)
//   DSB, TLBIMVAIS, DSB, ISB: a removed descriptor is gone from every core. TLBIMVA when the set is this core alone. Word and set are read
//   after the first DSB. The ASID is the word's low byte. DDI 0406C.d, B3.10.1.
function arm_remove_page
        dsb     ish
        ldrd    r2, r3, [r1]
        uxtb    r2, r2
        bfi     r0, r2, #0, #12
        compare_alone r3, r1
        bne     1f
        mcr     p15, 0, r0, c8, c7, 1
        dsb     ish
        isb
        bx      lr
        1:      mcr     p15, 0, r0, c8, c3, 1
        dsb     ish
        isb
        bx      lr
endfunction arm_remove_page

// void arm_remove_page_of_all_asids(uint32_t address)
//   DSB, TLBIMVAAIS, DSB, ISB.
function arm_remove_page_of_all_asids
        dsb     ish
        mcr     p15, 0, r0, c8, c3, 3
        dsb     ish
        isb
        bx      lr
endfunction arm_remove_page_of_all_asids

// void arm_remove_asid(uint32_t asid, const uint32_t *cores)
//   TLBIASIDIS, DSB: for an ASID that no core runs. TLBIASID when the set is this core alone.
function arm_remove_asid
        ldr     r1, [r1]
        compare_alone r1, r2
        bne     1f
        mcr     p15, 0, r0, c8, c7, 2
        dsb     ish
        bx      lr
        1:      mcr     p15, 0, r0, c8, c3, 2
        dsb     ish
        bx      lr
endfunction arm_remove_asid

// void arm_switch_space(uint32_t translationTableBase, uint32_t asid)
//   Makes a user table and its ASID current. While PD0 is set no walk starts in TTBR0, so that none pairs the old table
//   with the new ASID or the reverse. DDI 0406C.d, B3.10.4. TTBCR is constant but for PD0, and is not read.
function arm_switch_space
        movs    r2, #TTBCR_CLOSED
        mcr     p15, 0, r2, c2, c0, 2
        isb
        mcr     p15, 0, r1, c13, c0, 1
        mcr     p15, 0, r0, c2, c0, 0
        isb
        movs    r2, #TTBCR_OPEN
        mcr     p15, 0, r2, c2, c0, 2
        isb
        bx      lr
endfunction arm_switch_space

// void arm_leave_space(uint32_t translationTableBase)
//   Leaves no user table current: PD0 stays set.
function arm_leave_space
        movs    r2, #TTBCR_CLOSED
        mcr     p15, 0, r2, c2, c0, 2
        isb
        movs    r1, #0
        mcr     p15, 0, r1, c13, c0, 1
        mcr     p15, 0, r0, c2, c0, 0
        isb
        bx      lr
endfunction arm_leave_space

// uint32_t arm_translate_kernel_read(uint32_t address)
//   ATS1CPR: CP15 c7, 0, c8, 0; then PAR: CP15 c7, 0, c4, 0.
function arm_translate_kernel_read
        mcr     p15, 0, r0, c7, c8, 0
        isb
        mrc     p15, 0, r0, c7, c4, 0
        bx      lr
endfunction arm_translate_kernel_read

// uint32_t arm_translate_kernel_write(uint32_t address)
//   ATS1CPW: CP15 c7, 0, c8, 1; then PAR: CP15 c7, 0, c4, 0.
function arm_translate_kernel_write
        mcr     p15, 0, r0, c7, c8, 1
        isb
        mrc     p15, 0, r0, c7, c4, 0
        bx      lr
endfunction arm_translate_kernel_write

// uint32_t arm_translate_user_read(uint32_t address)
//   ATS1CUR: CP15 c7, 0, c8, 2; then PAR: CP15 c7, 0, c4, 0.
function arm_translate_user_read
        mcr     p15, 0, r0, c7, c8, 2
        isb
        mrc     p15, 0, r0, c7, c4, 0
        bx      lr
endfunction arm_translate_user_read

// uint32_t arm_translate_user_write(uint32_t address)
//   ATS1CUW: CP15 c7, 0, c8, 3; then PAR: CP15 c7, 0, c4, 0.
function arm_translate_user_write
        mcr     p15, 0, r0, c7, c8, 3
        isb
        mrc     p15, 0, r0, c7, c4, 0
        bx      lr
endfunction arm_translate_user_write

// uint32_t arm_are_interrupts_masked(void)
//   CPSR.I.
function arm_are_interrupts_masked
        mrs     r0, cpsr
        ubfx    r0, r0, #7, #1
        bx      lr
endfunction arm_are_interrupts_masked

// uint32_t arm_mask_interrupts(void)
//   Sets CPSR.I. Returns CPSR as it was.
function arm_mask_interrupts
        mrs     r0, cpsr
        cpsid   i
        bx      lr
endfunction arm_mask_interrupts

// void arm_restore_interrupts(uint32_t state)
//   Puts CPSR's masks back, in the same mode.
function arm_restore_interrupts
        msr     cpsr_c, r0
        bx      lr
endfunction arm_restore_interrupts
