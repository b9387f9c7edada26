using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;

namespace Kilburn.Core;

/// <summary>What the virtual memory system asks of the processor, and nothing else: one value stands for one core.</summary>
/// <remarks>
/// <para>
/// Always used as <c>where TMachine : struct, IMachine</c> and passed by <c>ref</c>, so that each instantiation is compiled on its
/// own and every call is direct. Never boxed, never stored in a structure that cores share.
/// </para>
/// <para>
/// Members are architectural operations, so that an implementation can check their order. Each maintenance operation carries the
/// place that asks for it (<c>file</c>, <c>line</c>, filled in by the compiler): a model names it, counts it and leaves it out
/// on purpose; a real machine ignores it at no cost. An operation of several steps lists them in order.
/// Source: ARM DDI 0406C.d, B3.10 (TLB maintenance), B2.2 (caches), B4.1 (registers).
/// </para>
/// </remarks>
public interface IMachine
{
    /// <summary>True when table walks look in the data caches, so that a table word needs no clean. ID_MMFR3[23:20].</summary>
    static abstract bool WalksAreCoherent { get; }

    /// <summary>True when a change of executable memory or of an executable mapping needs BPIALL. ID_MMFR1[31:28].</summary>
    static abstract bool BranchPredictorNeedsMaintenance { get; }

    /// <summary>Number of ASIDs, the unused zero included: a power of two, at most 256.</summary>
    static abstract int AsidCount { get; }

    /// <summary>Number of cores that share the tables, at most 4.</summary>
    static abstract int CoreCount { get; }

    /// <summary>This core's number. MPIDR[1:0].</summary>
    uint CoreIndex { get; }

    /// <summary>
    /// Where the calling method returns to: who asked for what it does, for reports. Zero where code has no addresses. The method is not inlined.
    /// </summary>
    uint ReturnAddress { get; }

    // Memory.

    /// <summary>Reads a descriptor: one single-copy atomic load through the linear map.</summary>
    /// <param name="address">Word aligned, in a translation table.</param>
    uint ReadWord(PhysicalAddress address);

    /// <summary>Writes a descriptor: one single-copy atomic store through the linear map.</summary>
    /// <param name="address">Word aligned, in a translation table.</param>
    /// <param name="value">The new descriptor.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void WriteWord(PhysicalAddress address, uint value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Tells how many of a row of descriptors, from the first on, are one and the same: loads as <see cref="ReadWord"/>'s, upward.</summary>
    /// <param name="address">Of the first: word aligned, in a translation table.</param>
    /// <param name="value">What they are to be.</param>
    /// <param name="count">Words of the row, all in that table.</param>
    uint CountWords(PhysicalAddress address, uint value, uint count);

    /// <summary>Writes one descriptor to each word of a row: stores as <see cref="WriteWord"/>'s, upward.</summary>
    /// <param name="address">Of the first: word aligned, in a translation table.</param>
    /// <param name="value">The new descriptor.</param>
    /// <param name="count">Words of the row, all in that table.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void WriteWords(
        PhysicalAddress address, uint value, uint count, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Kernel data (never a translation table) seen through the linear map.</summary>
    /// <param name="address">In memory, aligned for <typeparamref name="T"/>.</param>
    ref T Data<T>(PhysicalAddress address)
        where T : unmanaged;

    /// <summary>Kernel data at a mapped kernel address.</summary>
    /// <param name="address">Mapped readable and writable; the value does not cross a page.</param>
    ref T Data<T>(VirtualAddress address)
        where T : unmanaged;

    /// <summary>Fills memory with zeroes through the linear map. Tables are cleared this way before they are linked.</summary>
    /// <param name="start">Multiple of 64.</param>
    /// <param name="lengthInBytes">Multiple of 64.</param>
    void Clear(PhysicalAddress start, uint lengthInBytes);

    /// <summary>Copies memory through the linear map.</summary>
    /// <param name="destination">Multiple of 64.</param>
    /// <param name="source">Multiple of 64; the ranges do not overlap.</param>
    /// <param name="lengthInBytes">Multiple of 64.</param>
    void Copy(PhysicalAddress destination, PhysicalAddress source, uint lengthInBytes);

    // Words that cores share.

    /// <summary>Replaces a word if it holds what is expected; a full barrier on both sides when it succeeds.</summary>
    /// <param name="location">The shared word.</param>
    /// <param name="value">The new value.</param>
    /// <param name="comparand">The value expected.</param>
    /// <returns>What the word held: <paramref name="comparand"/> when it was replaced.</returns>
    uint CompareExchange(ref uint location, uint value, uint comparand);

    /// <summary>Takes a lock, and waits for it if need be; later accesses stay behind it: <see cref="SpinLock.Take"/>.</summary>
    /// <param name="location">The lock's word.</param>
    void AcquireLock(ref uint location);

    /// <summary>Gives a lock back: clears the lowest byte of its word, and no other; earlier accesses stay before it.</summary>
    /// <param name="location">The lock's word.</param>
    void ReleaseLock(ref uint location);

    /// <summary>Reads a word; later accesses stay behind it.</summary>
    /// <param name="location">The shared word.</param>
    uint LoadAcquire(ref uint location);

    /// <summary>Writes a word that cores share, in no order but that of the barriers around it.</summary>
    /// <param name="location">The shared word.</param>
    /// <param name="value">The new value.</param>
    void Store(ref uint location, uint value);

    /// <summary>Writes a word; earlier accesses stay before it.</summary>
    /// <param name="location">The shared word.</param>
    /// <param name="value">The new value.</param>
    void StoreRelease(ref uint location, uint value);

    /// <summary>Waits until bits of a word are clear and sets them, all at once; later accesses stay behind it.</summary>
    /// <param name="location">The shared word.</param>
    /// <param name="bits">The bits, at least one.</param>
    void AcquireBits(ref uint location, uint bits);

    /// <summary>Waits for words that follow each other, one or two at a time, until they are zero, and sets all their bits: <see cref="AcquireBits"/>.</summary>
    /// <param name="first">The first shared word, at a multiple of 8 bytes.</param>
    /// <param name="count">How many: a multiple of 8, because eight are taken in a turn.</param>
    void AcquireWords(ref uint first, uint count);

    /// <summary>Clears bits of a word; earlier accesses stay before it.</summary>
    /// <param name="location">The shared word.</param>
    /// <param name="bits">The bits.</param>
    void ReleaseBits(ref uint location, uint bits);

    /// <summary>Adds 1 to a counter that cores share, and clears bits of a word: <see cref="ReleaseBits"/>.</summary>
    /// <param name="location">The shared word.</param>
    /// <param name="bits">The bits.</param>
    /// <param name="counter">The counter. Wraps modulo 2^32.</param>
    void ReleaseBitsAndCount(ref uint location, uint bits, ref uint counter);

    /// <summary>Sets a bit of a bitmap, in no order but that of the barriers around it.</summary>
    /// <param name="bitmap">The first of the shared words.</param>
    /// <param name="index">The bit: bit 0 of the first word is 0, of the second one 32.</param>
    /// <returns>What its word held.</returns>
    uint SetBit(ref uint bitmap, uint index);

    /// <summary>Adds 1 to a word that is below a limit, in no order but that of the barriers around it.</summary>
    /// <param name="location">The shared word.</param>
    /// <param name="limit">The limit.</param>
    /// <returns>Zero, with nothing done, when the word is not below it.</returns>
    uint AddBelow(ref uint location, uint limit);

    /// <summary>DMB: what this core accessed before is seen by all before what it accesses later, walks of other cores included.</summary>
    void OrderMemory();

    /// <summary>Lets another core go on, in a loop that waits for it.</summary>
    void Relax();

    /// <summary>
    /// WFE: sleeps until <see cref="SendEvent"/> of any core; not at all when one came since the last sleep. May end without a cause.
    /// </summary>
    void WaitForEvent();

    /// <summary>DSB, SEV: wakes the cores that wait for an event, and these see what this one has written.</summary>
    void SendEvent();

    /// <summary>Masks interrupts on this core.</summary>
    /// <returns>The state to give to <see cref="RestoreInterrupts"/>.</returns>
    uint MaskInterrupts();

    /// <summary>Puts the interrupt mask back.</summary>
    /// <param name="state">What <see cref="MaskInterrupts"/> returned.</param>
    void RestoreInterrupts(uint state);

    /// <summary>Takes the word on top of this core's stack, with interrupts masked: <see cref="CoreStack.Pop"/>.</summary>
    /// <param name="first">The stack of core 0; those of the others follow.</param>
    /// <returns>The word; zero when the stack is empty.</returns>
    uint PopLocal(ref CoreStack first);

    /// <summary>
    /// Clears a bit of a shared word and pushes a value on this core's stack, both or neither, with interrupts masked:
    /// <see cref="CoreStack.TryPush"/>. Of cores that want the same bit at once, at most one gets it. No barrier: the value stays
    /// with this core, until a lock or the like hands it on.
    /// </summary>
    /// <param name="first">The stack of core 0; those of the others follow.</param>
    /// <param name="value">What to push; not zero.</param>
    /// <param name="word">The shared word.</param>
    /// <param name="bit">The bit of it.</param>
    /// <returns>
    /// Not zero when it was done; zero when the bit is clear, the stack is full, or another core writes the word at this moment.
    /// </returns>
    uint TryPushLocal(ref CoreStack first, uint value, ref uint word, uint bit);

    // Barriers and caches.

    /// <summary>DSB: every earlier access and maintenance operation of this core is complete.</summary>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void SynchronizeData([CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>ISB: later instructions see every completed change of tables and registers.</summary>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void SynchronizeContext([CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Makes new descriptors usable by this core: DSB, ISB.</summary>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void Synchronize([CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Cleans the data cache to the point of unification (DCCMVAU per line). Not complete before a DSB.</summary>
    /// <param name="start">First byte, in memory.</param>
    /// <param name="lengthInBytes">At least 1.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void CleanToUnification(
        PhysicalAddress start, uint lengthInBytes, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Cleans and invalidates the data cache to the point of coherency (DCCIMVAC per line). Not complete before a DSB.</summary>
    /// <param name="start">First byte, in memory.</param>
    /// <param name="lengthInBytes">At least 1.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void CleanInvalidateToCoherency(
        PhysicalAddress start, uint lengthInBytes, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Invalidates the instruction caches of all cores (ICIALLUIS). Not complete before a DSB.</summary>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void InvalidateInstructionCaches([CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Invalidates the branch predictors of all cores (BPIALLIS). Not complete before a DSB.</summary>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void InvalidateBranchPredictors([CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    // TLB. None is complete before a DSB, and none waits for earlier table writes without one.

    /// <summary>Invalidates every entry of this core (TLBIALL).</summary>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void InvalidateLocalTlb([CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Invalidates every entry of all cores (TLBIALLIS).</summary>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void InvalidateTlbs([CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Invalidates the non-global entries of an ASID: on all cores (TLBIASIDIS), or where no other can hold any, here (TLBIASID).</summary>
    /// <param name="asid">The tag.</param>
    /// <param name="cores">A bit for each core that may hold any; the caller's DSB lies before the read.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void InvalidateAsid(Asid asid, ref uint cores, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>
    /// Invalidates what translates an address, under an ASID or globally: on all cores (TLBIMVAIS), or where no other can hold it, here
    /// (TLBIMVA).
    /// </summary>
    /// <param name="address">Any byte of the page.</param>
    /// <param name="asid">The tag.</param>
    /// <param name="cores">A bit for each core that may hold it; the caller's DSB lies before the read.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void InvalidatePage(
        VirtualAddress address, Asid asid, ref uint cores, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Invalidates what translates an address, under every ASID, on all cores (TLBIMVAAIS).</summary>
    /// <param name="address">Any byte of the page.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void InvalidatePageOfAllAsids(VirtualAddress address, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>
    /// The whole removal of one page of a space, after its descriptor was written: DSB, TLBIMVAIS, DSB, ISB; or, where no other core
    /// can hold it, DSB, TLBIMVA, DSB, ISB.
    /// </summary>
    /// <param name="address">Any byte of the page.</param>
    /// <param name="owner">The space's ASID, and the cores that may hold something under it; both are read after the first DSB.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void RemovePage(
        VirtualAddress address, ref AsidOwner owner, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>
    /// The whole removal of one page of the kernel half, after its descriptor was written: DSB, TLBIMVAAIS, DSB, ISB.
    /// </summary>
    /// <param name="address">Any byte of the page.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void RemovePageOfAllAsids(VirtualAddress address, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>
    /// The whole removal of the entries of an ASID that no core runs: TLBIASIDIS, DSB; or, where no other core can hold any, TLBIASID, DSB.
    /// No descriptor was written that a DSB would have to complete, and no instruction of this core depends on the entries: its next
    /// switch has the ISB. Source: B3.10.1.
    /// </summary>
    /// <param name="asid">The tag.</param>
    /// <param name="cores">A bit for each core that may hold any.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void RemoveAsid(Asid asid, ref uint cores, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    // Translation registers.

    /// <summary>
    /// Makes a user table and its ASID current without a moment in which a walk could pair one with the other's predecessor:
    /// TTBCR.PD0 = 1, ISB, CONTEXTIDR, TTBR0, ISB, TTBCR.PD0 = 0, ISB. Source: ARM DDI 0406C.d, B3.10.4.
    /// </summary>
    /// <param name="translationTableBase">TTBR0: table address and walk attributes.</param>
    /// <param name="asid">CONTEXTIDR[7:0]; not zero.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void SwitchSpace(
        uint translationTableBase, Asid asid, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>
    /// Leaves no user table current: TTBCR.PD0 = 1, ISB, CONTEXTIDR = 0, TTBR0, ISB. PD0 stays set, so that nothing is ever
    /// walked, and no entry made, under ASID 0.
    /// </summary>
    /// <param name="translationTableBase">TTBR0: an empty table.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void LeaveSpace(uint translationTableBase, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Reads a translation register.</summary>
    /// <param name="register">Which.</param>
    uint ReadRegister(SystemRegister register);

    /// <summary>Writes a translation register. Not seen by later instructions before an ISB.</summary>
    /// <param name="register">Which.</param>
    /// <param name="value">The new value.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void WriteRegister(
        SystemRegister register, uint value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Asks the MMU for a translation, as a load or store would get it (ATS1CPR and its kin, then ISB).</summary>
    /// <param name="address">Any address.</param>
    /// <param name="access">By whom, and for what.</param>
    /// <returns>PAR: bit 0 set on a fault, with FS[4:0] in bits 6, 5:1; else the frame in bits 31:12. B4.1.112.</returns>
    uint Translate(VirtualAddress address, TranslationAccess access);

    // What a checking machine wants to know. Nothing on a real one.

    /// <summary>Memory changes hands: called after it is taken, and before it is given back.</summary>
    /// <param name="change">What happens.</param>
    /// <param name="use">As what.</param>
    /// <param name="start">First byte.</param>
    /// <param name="lengthInBytes">1 KiB or more.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void NoteFrames(
        FrameChange change,
        FrameUse use,
        PhysicalAddress start,
        uint lengthInBytes,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0);

    /// <summary>
    /// A lock is about to be waited for, was taken at once, or was given back. A checking machine panics, with both places, when the core holds a lock of
    /// the same rank, or waits for one below a rank that it holds; and when interrupts are on.
    /// </summary>
    /// <param name="rank">The lock's place in the order.</param>
    /// <param name="change">Which of them.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    void NoteLock(LockRank rank, LockChange change, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Stops the machine and prints what broke.</summary>
    /// <param name="invariant">Number and text.</param>
    /// <param name="value">The address or word that shows it.</param>
    [DoesNotReturn]
    void Panic(ReadOnlySpan<byte> invariant, uint value);
}
