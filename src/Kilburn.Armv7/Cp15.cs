using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.Core.Asids;

namespace Kilburn.Armv7;

/// <summary>One method for each routine of <c>native/cp15.S</c>, in its order: system registers, barriers and maintenance.</summary>
/// <remarks>Source: ARM DDI 0406C.d, B4.1 and B4.2.</remarks>
internal static class Cp15
{
    /// <summary>This core's number: MPIDR[1:0].</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_core_index")]
    internal static extern uint CoreIndex();

    /// <summary>MIDR.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_main_id")]
    internal static extern uint ReadMainId();

    /// <summary>CTR: the smallest cache lines.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_cache_type")]
    internal static extern uint ReadCacheType();

    /// <summary>ID_MMFR1: branch predictor in bits 31:28.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_memory_model1")]
    internal static extern uint ReadMemoryModel1();

    /// <summary>ID_MMFR3: coherent walks in bits 23:20, broadcast in 15:12.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_memory_model3")]
    internal static extern uint ReadMemoryModel3();

    /// <summary>SCTLR.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_system_control")]
    internal static extern uint ReadSystemControl();

    /// <summary>TTBR0.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_translation_table_base0")]
    internal static extern uint ReadTranslationTableBase0();

    /// <summary>TTBR1.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_translation_table_base1")]
    internal static extern uint ReadTranslationTableBase1();

    /// <summary>TTBCR.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_translation_table_base_control")]
    internal static extern uint ReadTranslationTableBaseControl();

    /// <summary>DACR.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_domain_access_control")]
    internal static extern uint ReadDomainAccessControl();

    /// <summary>CONTEXTIDR.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_context_id")]
    internal static extern uint ReadContextId();

    /// <summary>PRRR.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_primary_region_remap")]
    internal static extern uint ReadPrimaryRegionRemap();

    /// <summary>NMRR.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_normal_memory_remap")]
    internal static extern uint ReadNormalMemoryRemap();

    /// <summary>SCTLR.</summary>
    /// <param name="value">The new value.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_write_system_control")]
    internal static extern void WriteSystemControl(uint value);

    /// <summary>TTBR0.</summary>
    /// <param name="value">The new value.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_write_translation_table_base0")]
    internal static extern void WriteTranslationTableBase0(uint value);

    /// <summary>TTBR1.</summary>
    /// <param name="value">The new value.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_write_translation_table_base1")]
    internal static extern void WriteTranslationTableBase1(uint value);

    /// <summary>TTBCR.</summary>
    /// <param name="value">The new value.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_write_translation_table_base_control")]
    internal static extern void WriteTranslationTableBaseControl(uint value);

    /// <summary>DACR.</summary>
    /// <param name="value">The new value.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_write_domain_access_control")]
    internal static extern void WriteDomainAccessControl(uint value);

    /// <summary>CONTEXTIDR.</summary>
    /// <param name="value">The new value.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_write_context_id")]
    internal static extern void WriteContextId(uint value);

    /// <summary>PRRR.</summary>
    /// <param name="value">The new value.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_write_primary_region_remap")]
    internal static extern void WritePrimaryRegionRemap(uint value);

    /// <summary>NMRR.</summary>
    /// <param name="value">The new value.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_write_normal_memory_remap")]
    internal static extern void WriteNormalMemoryRemap(uint value);

    /// <summary>DFSR: the last data abort.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_data_fault_status")]
    internal static extern uint ReadDataFaultStatus();

    /// <summary>IFSR: the last prefetch abort.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_instruction_fault_status")]
    internal static extern uint ReadInstructionFaultStatus();

    /// <summary>DFAR.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_data_fault_address")]
    internal static extern uint ReadDataFaultAddress();

    /// <summary>IFAR.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_instruction_fault_address")]
    internal static extern uint ReadInstructionFaultAddress();

    /// <summary>PMCCNTR: cycles since entry; instructions under -icount shift=0.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_read_cycle_counter")]
    internal static extern uint ReadCycleCounter();

    /// <summary>PMUSERENR: 1 lets programs read PMCCNTR, 0 makes that an undefined instruction.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_write_user_counting")]
    internal static extern void WriteUserCounting(uint enable);

    /// <summary>DSB.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_synchronize_data")]
    internal static extern void SynchronizeData();

    /// <summary>ISB.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_synchronize_context")]
    internal static extern void SynchronizeContext();

    /// <summary>DSB, ISB.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_synchronize")]
    internal static extern void Synchronize();

    /// <summary>DSB, WFI.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_wait_for_interrupt")]
    internal static extern void WaitForInterrupt();

    /// <summary>YIELD.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_relax")]
    internal static extern void Relax();

    /// <summary>WFE.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_wait_for_event")]
    internal static extern void WaitForEvent();

    /// <summary>DSB, SEV.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_send_event")]
    internal static extern void SendEvent();

    /// <summary>ICIALLUIS.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_invalidate_instruction_caches")]
    internal static extern void InvalidateInstructionCaches();

    /// <summary>BPIALLIS.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_invalidate_branch_predictors")]
    internal static extern void InvalidateBranchPredictors();

    /// <summary>DCCMVAU of each line of a range.</summary>
    /// <param name="start">First byte; mapped.</param>
    /// <param name="end">One past the last byte.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_clean_to_unification")]
    internal static extern void CleanToUnification(uint start, uint end);

    /// <summary>DCCIMVAC of each line of a range.</summary>
    /// <param name="start">First byte; mapped.</param>
    /// <param name="end">One past the last byte.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_clean_invalidate_to_coherency")]
    internal static extern void CleanInvalidateToCoherency(uint start, uint end);

    /// <summary>TLBIALL.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_invalidate_local_tlb")]
    internal static extern void InvalidateLocalTlb();

    /// <summary>TLBIALLIS.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_invalidate_tlbs")]
    internal static extern void InvalidateTlbs();

    /// <summary>TLBIASIDIS or TLBIASID.</summary>
    /// <param name="asid">ASID in bits 7:0.</param>
    /// <param name="cores">A bit for each core that may hold entries of it.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_invalidate_asid")]
    internal static extern void InvalidateAsid(uint asid, ref uint cores);

    /// <summary>TLBIMVAIS or TLBIMVA.</summary>
    /// <param name="addressAndAsid">Page in bits 31:12, ASID in 7:0.</param>
    /// <param name="cores">A bit for each core that may hold the page.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_invalidate_page")]
    internal static extern void InvalidatePage(uint addressAndAsid, ref uint cores);

    /// <summary>TLBIMVAAIS.</summary>
    /// <param name="address">Page in bits 31:12.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_invalidate_page_of_all_asids")]
    internal static extern void InvalidatePageOfAllAsids(uint address);

    /// <summary>DSB, TLBIMVAIS or TLBIMVA, DSB, ISB.</summary>
    /// <param name="address">Any byte of the page.</param>
    /// <param name="owner">Its first word has the ASID in bits 7:0, its second a bit for each core that may hold the page.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_remove_page")]
    internal static extern void RemovePage(uint address, ref AsidOwner owner);

    /// <summary>DSB, TLBIMVAAIS, DSB, ISB.</summary>
    /// <param name="address">Page in bits 31:12.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_remove_page_of_all_asids")]
    internal static extern void RemovePageOfAllAsids(uint address);

    /// <summary>TLBIASIDIS or TLBIASID, DSB.</summary>
    /// <param name="asid">ASID in bits 7:0.</param>
    /// <param name="cores">A bit for each core that may hold entries of it.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_remove_asid")]
    internal static extern void RemoveAsid(uint asid, ref uint cores);

    /// <summary>TTBCR.PD0 = 1, ISB, CONTEXTIDR, TTBR0, ISB, TTBCR.PD0 = 0, ISB.</summary>
    /// <param name="translationTableBase">TTBR0.</param>
    /// <param name="asid">CONTEXTIDR[7:0].</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_switch_space")]
    internal static extern void SwitchSpace(uint translationTableBase, uint asid);

    /// <summary>TTBCR.PD0 = 1, ISB, CONTEXTIDR = 0, TTBR0, ISB.</summary>
    /// <param name="translationTableBase">TTBR0: an empty table.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_leave_space")]
    internal static extern void LeaveSpace(uint translationTableBase);

    /// <summary>ATS1CPR, ISB, PAR: a kernel read.</summary>
    /// <param name="address">Any address.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_translate_kernel_read")]
    internal static extern uint TranslateKernelRead(uint address);

    /// <summary>ATS1CPW, ISB, PAR: a kernel write.</summary>
    /// <param name="address">Any address.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_translate_kernel_write")]
    internal static extern uint TranslateKernelWrite(uint address);

    /// <summary>ATS1CUR, ISB, PAR: a user read.</summary>
    /// <param name="address">Any address.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_translate_user_read")]
    internal static extern uint TranslateUserRead(uint address);

    /// <summary>ATS1CUW, ISB, PAR: a user write.</summary>
    /// <param name="address">Any address.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_translate_user_write")]
    internal static extern uint TranslateUserWrite(uint address);

    /// <summary>CPSR.I.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_are_interrupts_masked")]
    internal static extern bool AreInterruptsMasked();

    /// <summary>Masks interrupts. Returns CPSR as it was.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_mask_interrupts")]
    internal static extern uint MaskInterrupts();

    /// <summary>Puts CPSR back.</summary>
    /// <param name="state">What MaskInterrupts returned.</param>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "arm_restore_interrupts")]
    internal static extern void RestoreInterrupts(uint state);
}
