using System;
using System.Collections.Generic;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;
using Kilburn.Model.Memory;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;

namespace Kilburn.Model.Boot;

/// <summary>Does in C# what a kernel's entry code does in assembly: from reset to the linear map of the image.</summary>
/// <remarks>
/// Kernel image, as this loader invents it; each part starts where the one before ends:
/// <code>
///  0x00000000  vectors                      4 KiB
///  0x00004000  first-level table           16 KiB
///  load        text                       128 KiB, or as the options say
///              constants                   32 KiB
///              data:   boot tables          4 KiB: three for the image's MiBs, one for 0xFFF00000
///                      early tables        32 KiB
///                      empty table          8 KiB
///                      stacks, each above an unmapped page: 16 KiB for each core
///                      other data          16 KiB
/// </code>
/// Temporary tables: the first MiB at its identity (a section), and the image's MiBs at 0x80000000 (pages). Source: ARM DDI 0406C.d, B3.
/// </remarks>
public static class BootCode
{
    /// <summary>PRRR: 0 strongly-ordered, 1 device, 2 and 3 normal; shareable normal memory is inner shareable.</summary>
    public const uint PrimaryRemap = 0x0C0B_00A4;

    /// <summary>NMRR: attribute 3 is write-back, write-allocate.</summary>
    public const uint NormalRemap = 0x0040_0040;

    /// <summary>Attributes of walks in TTBR0 and TTBR1: write-back, write-allocate, inner shareable.</summary>
    public const uint WalkAttributes = 0x6A;

    /// <summary>TTBCR: TTBR0 serves the lower 2 GiB.</summary>
    public const uint TableBaseControl = 1;

    /// <summary>SCTLR once the MMU is on: M, C, Z, I, TRE, AFE.</summary>
    public const uint SystemControl = TranslationRegisters.SctlrMmu
        | TranslationRegisters.SctlrDataCache
        | TranslationRegisters.SctlrBranchPrediction
        | TranslationRegisters.SctlrInstructionCache
        | TranslationRegisters.SctlrTexRemap
        | TranslationRegisters.SctlrAccessFlag;

    private const uint FirstLevelTable = 0x4000;
    private const uint FirstLevelLength = 0x4000;
    private const uint VectorsLength = 64; // linked at the start of the text
    private const uint MostTextLength = 2 * PageSize.Section;
    private const uint ConstantsLength = 0x8000;
    private const uint BootTablesLength = 0x1000;
    private const uint SecondLevelLength = 0x400;
    private const uint MostImageMibs = (BootTablesLength / SecondLevelLength) - 1;
    private const uint EarlyTablesLength = 0x8000;
    private const uint EmptyTableLength = 0x2000;
    private const uint StackLength = 0x4000;
    private const uint StackCount = 4;
    private const uint OtherDataLength = 0x4000;

    private const uint MemorySection = 0x0001_040E; // normal, shareable, kernel read-write
    private const uint MemoryPage = 0x0000_041E;    // the same
    private const uint DevicePage = 0x0000_0417;    // device, kernel read-write, execute-never
    private const uint TablePointer = 1;            // domain 0
    private const uint KernelDomain = 1;            // domain 0 client
    private const uint PagesOfMib = 256;
    private const uint WordLength = 4;
    private const uint LinearSlot = 0x800 * WordLength;
    private const uint TopSlot = 0xFFF * WordLength;

    /// <summary>Takes a machine from reset to the first line of C#, on core 0.</summary>
    /// <typeparam name="TProfile">The profile that the machine was made with.</typeparam>
    /// <param name="machine">A machine with memory from 0 to the end of the image.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <returns>Image and memory map; the MMU is on, and the identity map is still there.</returns>
    /// <exception cref="ArgumentException">
    /// The load address or the text's length is out of bounds, or a range does not fit into the map.
    /// </exception>
    public static BootedKernel Run<TProfile>(Machine machine, BootOptions? options = null)
        where TProfile : struct, IProcessorProfile
    {
        ArgumentNullException.ThrowIfNull(machine);
        options ??= new BootOptions();
        const uint LastLoadAddress = 0x8_0000;
        if (options.LoadAddress < FirstLevelTable + FirstLevelLength || options.LoadAddress > LastLoadAddress
            || (options.LoadAddress & PageSize.SmallMask) != 0)
        {
            throw new ArgumentException("A multiple of 4 KiB from 0x8000 to 0x80000.", nameof(options));
        }

        if (options.TextLength < PageSize.Small || options.TextLength > MostTextLength
            || (options.TextLength & PageSize.SmallMask) != 0)
        {
            throw new ArgumentException("The text is a multiple of 4 KiB, up to 2 MiB.", nameof(options));
        }

        BootedKernel kernel = LayOut(machine, options);
        ModelMachine<TProfile> core = machine.GetCore<TProfile>(0);
        core.InvalidateLocalTlb();
        core.InvalidateInstructionCaches();
        core.InvalidateBranchPredictors();
        core.Synchronize();
        BuildTables(ref core, kernel, options);
        if (!TProfile.WalksAreCoherent)
        {
            core.CleanToUnification(new PhysicalAddress(FirstLevelTable), FirstLevelLength);
            core.CleanToUnification(kernel.FirstMibTable, BootTablesLength);
            core.CleanToUnification(kernel.Image.EarlyTables.Start, EarlyTablesLength);
            core.CleanToUnification(kernel.Image.EmptyTable, EmptyTableLength);
        }

        TurnOn(ref core, kernel, FirstLevelTable, TableBaseControl);
        return kernel;
    }

    /// <summary>Turns a further core's MMU on, with the kernel's table and no user table, as entry code does at the end.</summary>
    /// <typeparam name="TProfile">The profile that the machine was made with.</typeparam>
    /// <param name="machine">A machine whose core 0 has booted.</param>
    /// <param name="kernel">What <see cref="Run{TProfile}"/> returned.</param>
    /// <param name="coreIndex">Not 0.</param>
    /// <param name="entry">What it runs through on its way.</param>
    public static void StartCore<TProfile>(
        Machine machine, BootedKernel kernel, int coreIndex, CoreEntry entry = CoreEntry.EmptyTable)
        where TProfile : struct, IProcessorProfile
    {
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(kernel);
        ModelMachine<TProfile> core = machine.GetCore<TProfile>(coreIndex);
        core.InvalidateLocalTlb();
        core.InvalidateInstructionCaches();
        core.InvalidateBranchPredictors();
        core.Synchronize();
        if (entry == CoreEntry.IdentityMap)
        {
            TurnOn(ref core, kernel, FirstLevelTable, TableBaseControl);
            core.LeaveSpace(kernel.Image.EmptyTable.Value | WalkAttributes);
        }
        else
        {
            TurnOn(ref core, kernel, kernel.Image.EmptyTable.Value, TableBaseControl | TranslationRegisters.TtbcrDisable0);
        }

        uint control = machine.Cores[0].Registers.SystemControl;
        if (control != SystemControl)
        {
            core.WriteRegister(SystemRegister.SystemControl, control);
            core.SynchronizeContext();
        }
    }

    private static BootedKernel LayOut(Machine machine, BootOptions options)
    {
        uint at = options.LoadAddress;
        PhysicalRange text = Take(ref at, options.TextLength);
        PhysicalRange constants = Take(ref at, ConstantsLength);
        uint data = at;
        PhysicalRange bootTables = Take(ref at, BootTablesLength);
        at = new PhysicalAddress(at).AlignUp(EmptyTableLength).Value;
        PhysicalRange emptyTable = Take(ref at, EmptyTableLength);
        PhysicalRange earlyTables = Take(ref at, EarlyTablesLength);
        List<PhysicalAddress> guards = [];
        for (uint stack = 0; stack < StackCount; stack++)
        {
            guards.Add(Take(ref at, StackLength).Start);
        }

        _ = Take(ref at, OtherDataLength);
        if (!machine.Memory.IsMemory(new PhysicalAddress(0), at))
        {
            throw new ArgumentException($"The machine needs memory from 0 to 0x{at:X8}, the end of the image.", nameof(machine));
        }

        MemoryMap map = default;
        foreach (MemoryBank bank in machine.Memory.Banks)
        {
            if (bank.Kind == BankKind.Memory)
            {
                Require(map.TryAddBank(bank.Range));
            }
        }

        foreach (PhysicalRange range in options.Reserved)
        {
            Require(map.TryReserve(range));
        }

        return new BootedKernel
        {
            Image = new KernelImage
            {
                Text = text,
                Constants = constants,
                Data = PhysicalRange.Between(new PhysicalAddress(data), new PhysicalAddress(at)),
                Vectors = new PhysicalAddress(0),
                VectorSource = new PhysicalRange(text.Start, VectorsLength),
                FirstLevelTable = new PhysicalAddress(FirstLevelTable),
                EmptyTable = emptyTable.Start,
                EarlyTables = earlyTables,
            },
            Map = map,
            FirstMibTable = bootTables.Start,
            TopTable = bootTables.Start.Add(MostImageMibs * SecondLevelLength),
            Guards = guards,
        };
    }

    private static PhysicalRange Take(ref uint at, uint lengthInBytes)
    {
        PhysicalRange range = new(new PhysicalAddress(at), lengthInBytes);
        at += lengthInBytes;
        return range;
    }

    private static void Require(VmStatus status)
    {
        if (status != VmStatus.Ok)
        {
            throw new ArgumentException($"The memory map refuses a range: {status}.");
        }
    }

    private static void BuildTables<TProfile>(
        ref ModelMachine<TProfile> core, BootedKernel kernel, BootOptions options)
        where TProfile : struct, IProcessorProfile
    {
        PhysicalAddress first = new(FirstLevelTable);
        core.Clear(first, FirstLevelLength);
        core.Clear(kernel.FirstMibTable, BootTablesLength);
        core.Clear(kernel.Image.EarlyTables.Start, EarlyTablesLength);
        core.Clear(kernel.Image.EmptyTable, EmptyTableLength);
        core.WriteWord(first, MemorySection);
        core.WriteWord(first.Add(TopSlot), kernel.TopTable.Value | TablePointer);
        uint mibs = kernel.Image.MappedEnd.Value >> PageSize.SectionShift;
        for (uint mib = 0; mib < mibs; mib++)
        {
            core.WriteWord(
                first.Add(LinearSlot + (mib * WordLength)), (kernel.FirstMibTable.Value + (mib * SecondLevelLength)) | TablePointer);
        }

        for (uint page = 0; page < mibs * PagesOfMib; page++)
        {
            PhysicalAddress frame = PhysicalAddress.FromFrameNumber(page);
            bool isGuard = false;
            foreach (PhysicalAddress guard in kernel.Guards)
            {
                isGuard |= guard == frame;
            }

            core.WriteWord(kernel.FirstMibTable.Add(page * WordLength), isGuard ? 0 : frame.Value | MemoryPage);
        }

        if (options.ConsoleAddress != 0)
        {
            core.WriteWord(kernel.TopTable, options.ConsoleAddress | DevicePage);
        }
    }

    private static void TurnOn<TProfile>(
        ref ModelMachine<TProfile> core, BootedKernel kernel, uint lowerTable, uint control)
        where TProfile : struct, IProcessorProfile
    {
        core.WriteRegister(SystemRegister.PrimaryRegionRemap, PrimaryRemap);
        core.WriteRegister(SystemRegister.NormalMemoryRemap, NormalRemap);
        core.WriteRegister(SystemRegister.TranslationTableBaseControl, control);
        core.WriteRegister(SystemRegister.DomainAccessControl, KernelDomain);
        core.WriteRegister(SystemRegister.ContextId, 0);
        core.WriteRegister(SystemRegister.TranslationTableBase0, lowerTable | WalkAttributes);
        core.WriteRegister(
            SystemRegister.TranslationTableBase1, kernel.Image.FirstLevelTable.Value | WalkAttributes);
        core.Synchronize();
        core.WriteRegister(SystemRegister.SystemControl, SystemControl);
        core.Synchronize();
    }
}
