using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;

namespace Kilburn.Armv7;

/// <summary>Where the linker put things. Written by nobody: a table of constants in the boot assembly, <c>image.S</c>.</summary>
internal readonly unsafe struct BootImage
{
    /// <summary>Cores that have stacks.</summary>
    internal const int CoreCount = 4;

    /// <summary>Stacks of a core: supervisor, abort, undefined, interrupt, fast interrupt.</summary>
    internal const int StacksOfCore = 5;

    private const uint VectorBytes = 64;
    private const uint EarlyTablesBytes = 16 * 1024;
    private const uint FirstLevelTableAddress = 0x4000;

    // In the order of the table; addresses of the linear map.
#pragma warning disable CS0649 // laid out by image.S
    private readonly uint _textStart;
    private readonly uint _textEnd;
    private readonly uint _constantsStart;
    private readonly uint _constantsEnd;
    private readonly uint _dataStart;
    private readonly uint _kernelEnd;
    private readonly uint _vectors;
    private readonly uint _emptyTable;
    private readonly uint _earlyTables;
    private readonly uint _earlyMappingTable;
    private readonly uint* _guards;
    private readonly uint* _stackTops;
    private readonly uint _mailboxBuffer;
    private readonly uint* _unwindStart;
    private readonly uint* _unwindEnd;
    private readonly uint* _arrivals;
    private readonly uint _archiveStart;
    private readonly uint _archiveEnd;
    private readonly uint _secondaryEntry;
#pragma warning restore CS0649

    /// <summary>The table of this kernel.</summary>
    internal static ref readonly BootImage Current => ref *(BootImage*)ReadTable();

    /// <summary>The second-level table of 0xFFE00000, linked by the boot code.</summary>
    internal PhysicalAddress EarlyMappingTable => Physical(_earlyMappingTable);

    /// <summary>64 bytes that share no cache line, in the image.</summary>
    internal PhysicalAddress MailboxBuffer => Physical(_mailboxBuffer);

    /// <summary>The table of unwind code: two words for each function.</summary>
    internal uint* UnwindStart => _unwindStart;

    /// <summary>One past the table.</summary>
    internal uint* UnwindEnd => _unwindEnd;

    /// <summary>The archive of files behind KERNEL END, as a kernel's BootArchive gave it; empty without one.</summary>
    internal PhysicalRange Archive => PhysicalRange.Between(Physical(_archiveStart), Physical(_archiveEnd));

    /// <summary>Code.</summary>
    internal VirtualRange Text => VirtualRange.Between(new(_textStart), new(_textEnd));

    /// <summary>What the virtual memory system has to know.</summary>
    internal KernelImage ToKernelImage() => new()
    {
        Text = PhysicalRange.Between(Physical(_textStart), Physical(_textEnd)),
        Constants = PhysicalRange.Between(Physical(_constantsStart), Physical(_constantsEnd)),
        Data = PhysicalRange.Between(Physical(_dataStart), Physical(_kernelEnd)),
        Vectors = default,
        VectorSource = new(Physical(_vectors), VectorBytes),
        FirstLevelTable = new(FirstLevelTableAddress),
        EmptyTable = Physical(_emptyTable),
        EarlyTables = new(Physical(_earlyTables), EarlyTablesBytes),
    };

    /// <summary>True when a core has come out of firmware's hands and sleeps.</summary>
    /// <param name="core">1 to 3.</param>
    internal bool HasArrived(int core) => _arrivals[core] != 0;

    /// <summary>Where a sleeping core goes on once its mailbox says so; its MMU is off.</summary>
    internal PhysicalAddress SecondaryEntry => Physical(_secondaryEntry);

    /// <summary>The unmapped page below a stack.</summary>
    /// <param name="index">Core times <see cref="StacksOfCore"/>, plus the number of the stack.</param>
    internal VirtualAddress GetGuard(int index) => new(_guards[index]);

    /// <summary>One past the last byte of a stack.</summary>
    /// <param name="index">Core times <see cref="StacksOfCore"/>, plus the number of the stack.</param>
    internal VirtualAddress GetStackTop(int index) => new(_stackTops[index]);

    private static PhysicalAddress Physical(uint address) => LinearMap.ToPhysical(new VirtualAddress(address));

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_image_table")]
    private static extern void* ReadTable();
}
