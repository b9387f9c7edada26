using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;

namespace Kilburn.Core.Kernel;

/// <content>What a checked build adds: a guard behind each block, its owner, and a pattern in free blocks.</content>
/// <remarks>
/// Notes of small blocks lie at the end of their page, those of whole pages in the directory:
/// <code>
///    0  blocks             3264
/// 3280  notes, 8 bytes to each of 102 granules
/// 4096
/// </code>
/// </remarks>
public partial struct KernelHeap
{
    private const uint GuardBytes = 8;
    private const byte GuardByte = 0xFD;
    private const uint FreePattern = 0xDDDD_DDDD;
    private const uint FreePatternBytes = 64;
    private const uint CheckedGranules = 102;
    private const int NoteShift = 3;
    private const uint NotesOffset = PageSize.Small - (CheckedGranules << NoteShift);

    // The notes begin behind the blocks: else compile error CS0020.
    private const uint NotesFit = 1u / (NotesOffset >= CheckedGranules << KernelHeapLayout.GranuleShift ? 1u : 0u);

    /// <summary>Bytes behind each block that nobody may write.</summary>
    private static uint GuardLength => BuildChecks.Enabled ? GuardBytes : 0;

    /// <summary>Granules of a page that blocks may use.</summary>
    private static uint SlabGranules => BuildChecks.Enabled ? CheckedGranules : KernelHeapLayout.GranulesPerPage;

    /// <summary>Keeps owner and length of a block, and writes the guard behind it.</summary>
    private static void WriteNote<TMachine>(ref TMachine machine, VirtualAddress block, uint lengthInBytes, uint owner)
        where TMachine : struct, IMachine
    {
        ref HeapBlockNote note = ref NoteOf(ref machine, block);
        note.Owner = owner;
        note.LengthInBytes = lengthInBytes;
        for (uint index = 0; index < GuardBytes; index++)
        {
            machine.Data<byte>(block.Add(lengthInBytes + index)) = GuardByte;
        }
    }

    private static bool IsGuardIntact<TMachine>(ref TMachine machine, VirtualAddress block, out uint owner)
        where TMachine : struct, IMachine
    {
        HeapBlockNote note = NoteOf(ref machine, block);
        owner = note.Owner;
        for (uint index = 0; index < GuardBytes; index++)
        {
            if (machine.Data<byte>(block.Add(note.LengthInBytes + index)) != GuardByte)
            {
                return false;
            }
        }

        return true;
    }

    private static ref HeapBlockNote NoteOf<TMachine>(ref TMachine machine, VirtualAddress block)
        where TMachine : struct, IMachine
    {
        uint offset = KernelHeapLayout.OffsetOf(block);
        ref HeapPage page = ref RecordOf(ref machine, offset >> PageSize.SmallShift);
        if (page.Kind != HeapPageKind.Slab)
        {
            return ref page.Note;
        }

        uint granule = (offset >> KernelHeapLayout.GranuleShift) & KernelHeapLayout.GranuleInPageMask;
        return ref machine.Data<HeapBlockNote>(
            block.AlignDown(PageSize.Small).Add(NotesOffset + (granule << NoteShift)));
    }

    /// <summary>Says what is wrong with an address below the end that starts no live block.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="offset">From the first page.</param>
    /// <param name="owner">The last owner of the block that it freed again, or the owner of the block that it lies in, when known.</param>
    /// <returns><see cref="VmStatus.Misaligned"/> or <see cref="VmStatus.AlreadyFree"/>.</returns>
    private static VmStatus JudgeDeadAddress<TMachine>(ref TMachine machine, uint offset, out uint owner)
        where TMachine : struct, IMachine
    {
        owner = 0;
        uint pageIndex = offset >> PageSize.SmallShift;
        uint offsetInPage = offset & PageSize.SmallMask;
        ref HeapPage page = ref RecordOf(ref machine, pageIndex);
        if (page.Kind == HeapPageKind.Slab)
        {
            uint length = KernelHeapClasses.GranulesOf(page.Class) << KernelHeapLayout.GranuleShift;
            uint start = 0;
            while (offsetInPage - start >= length)
            {
                start += length;
            }

            if (start >= page.Length * length)
            {
                return VmStatus.Misaligned;
            }

            if (BuildChecks.Enabled)
            {
                owner = NoteOf(ref machine, KernelHeapLayout.PageAt(pageIndex).Add(start)).Owner;
            }

            return start == offsetInPage ? VmStatus.AlreadyFree : VmStatus.Misaligned;
        }

        if (page.Kind is HeapPageKind.Large or HeapPageKind.Inner)
        {
            return VmStatus.Misaligned;
        }

        if (BuildChecks.Enabled && page.Kind == HeapPageKind.Cached)
        {
            owner = page.Note.Owner;
        }

        return VmStatus.AlreadyFree;
    }

    private static void FillFreePage<TMachine>(ref TMachine machine, uint pageIndex, uint granules)
        where TMachine : struct, IMachine
    {
        for (uint granule = 0; granule + granules <= SlabGranules; granule += granules)
        {
            VirtualAddress block = KernelHeapLayout.PageAt(pageIndex).Add(granule << KernelHeapLayout.GranuleShift);
            NoteOf(ref machine, block) = default;
            FillPattern(ref machine, block, granules);
        }
    }

    private static void FillFreeBlock<TMachine>(ref TMachine machine, VirtualAddress block, uint blockClass)
        where TMachine : struct, IMachine => FillPattern(ref machine, block, KernelHeapClasses.GranulesOf(blockClass));

    private static void FillPattern<TMachine>(ref TMachine machine, VirtualAddress block, uint granules)
        where TMachine : struct, IMachine
    {
        uint length = PatternLengthOf(granules);
        for (uint offset = 0; offset < length; offset += sizeof(uint))
        {
            machine.Data<uint>(block.Add(offset)) = FreePattern;
        }
    }

    private static bool IsFreeBlockIntact<TMachine>(ref TMachine machine, VirtualAddress block, uint blockClass)
        where TMachine : struct, IMachine
    {
        uint length = PatternLengthOf(KernelHeapClasses.GranulesOf(blockClass));
        for (uint offset = 0; offset < length; offset += sizeof(uint))
        {
            if (machine.Data<uint>(block.Add(offset)) != FreePattern)
            {
                return false;
            }
        }

        return true;
    }

    private static uint PatternLengthOf(uint granules)
    {
        uint length = granules << KernelHeapLayout.GranuleShift;
        return length < FreePatternBytes ? length : FreePatternBytes;
    }

    /// <summary>Keeps a block that was written to while it was free out of use for good, and reports its last owner.</summary>
    private void Quarantine<TMachine>(ref TMachine machine, VirtualAddress block)
        where TMachine : struct, IMachine
    {
        machine.Data<byte>(KernelHeapLayout.StateAt(KernelHeapLayout.OffsetOf(block))) = NoBlock;
        NoteFault(VmStatus.Corrupted, block, NoteOf(ref machine, block).Owner);
    }
}
