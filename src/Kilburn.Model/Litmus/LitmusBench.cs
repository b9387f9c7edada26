using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Model.Boot;
using Kilburn.Model.Checking;
using Kilburn.Model.Cores;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;

namespace Kilburn.Model.Litmus;

/// <summary>A small machine with two user tables, on which a litmus sequence runs.</summary>
/// <remarks>
/// Two cores are up, the identity map is gone, and no user table is active. Everything lies in the first MiB, which the linear map
/// shows: two first-level tables (A and B), four second-level tables, and pages.
/// </remarks>
public sealed class LitmusBench
{
    /// <summary>Bits of a page: normal, shareable, not global, user read-write, execute-never.</summary>
    public const uint UserPage = 0xC3F;

    /// <summary>The same, read-only.</summary>
    public const uint UserReadOnlyPage = 0xE3F;

    /// <summary>The same as <see cref="UserPage"/>, global.</summary>
    public const uint GlobalPage = 0x43F;

    /// <summary>The same as <see cref="UserPage"/>, executable.</summary>
    public const uint CodePage = 0xC3E;

    /// <summary>The same as <see cref="UserPage"/>, as Device memory.</summary>
    public const uint DevicePage = 0xC37;

    /// <summary>Bits of a 64 KiB page: normal, shareable, not global, user read-write, execute-never.</summary>
    public const uint LargePage = 0x8C3D;

    /// <summary>Bits of a section: normal, shareable, not global, user read-write, execute-never.</summary>
    public const uint UserSection = 0x30C1E;

    /// <summary>Bits of a pointer to a second-level table: domain 0.</summary>
    public const uint Pointer = 1;

    /// <summary>Bits of a kernel page: normal, shareable, global, kernel read-write, execute-never.</summary>
    public const uint KernelPage = 0x41F;

    /// <summary>The user address that most sequences are about.</summary>
    public const uint Address = 0x0040_0000;

    /// <summary>A kernel address outside of the linear map.</summary>
    public const uint KernelAddress = 0xC000_0000;

    private const uint MemoryLength = 2u << 20;
    private const uint WordLength = 4;

    private LitmusBench(Machine machine, uint emptyTable)
    {
        Machine = machine;
        EmptyTable = emptyTable;
    }

    /// <summary>The machine.</summary>
    public Machine Machine { get; }

    /// <summary>An empty table for TTBR0.</summary>
    public uint EmptyTable { get; }

    /// <summary>First core.</summary>
    public ProcessorCore Core0 => Machine.Cores[0];

    /// <summary>Second core.</summary>
    public ProcessorCore Core1 => Machine.Cores[1];

    /// <summary>The kernel's first-level table.</summary>
    public const uint KernelTable = 0x4000;

    /// <summary>First-level table A, 8 KiB.</summary>
    public const uint TableA = 0x9_0000;

    /// <summary>First-level table B, 8 KiB.</summary>
    public const uint TableB = 0x9_2000;

    /// <summary>Second-level table 1.</summary>
    public const uint Second1 = 0x9_4000;

    /// <summary>Second-level table 2.</summary>
    public const uint Second2 = 0x9_4400;

    /// <summary>A page of memory.</summary>
    public const uint Page1 = 0xA_0000;

    /// <summary>Another page of memory, in another 64 KiB.</summary>
    public const uint Page2 = 0xB_0000;

    /// <summary>Makes a hostile machine whose violations are collected.</summary>
    /// <typeparam name="TProfile">The processor.</typeparam>
    public static LitmusBench Create<TProfile>()
        where TProfile : struct, IProcessorProfile
    {
        Machine machine = Reset<TProfile>();
        BootedKernel kernel = BootCode.Run<TProfile>(machine);
        uint empty = kernel.Image.EmptyTable.Value;
        LitmusBench bench = new(machine, empty);
        ModelMachine<TProfile> core = machine.GetCore<TProfile>(0);
        bench.Store(KernelTable, 0);
        core.SynchronizeData();
        core.InvalidateTlbs();
        core.Synchronize();
        core.LeaveSpace(empty | BootCode.WalkAttributes);
        BootCode.StartCore<TProfile>(machine, kernel, 1);
        return bench;
    }

    /// <summary>Makes a hostile machine in the state of a reset.</summary>
    /// <typeparam name="TProfile">The processor.</typeparam>
    public static LitmusBench CreateAtReset<TProfile>()
        where TProfile : struct, IProcessorProfile => new(Reset<TProfile>(), 0);

    /// <summary>Stores a table word on core 0, and cleans its line where walks need it.</summary>
    /// <param name="address">Where.</param>
    /// <param name="word">What.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public void Store(uint address, uint word, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        StoreOnly(address, word, file, line);
        if (!Machine.Constants.WalksAreCoherent)
        {
            Core0.Maintain(new Step(StepKind.CleanToUnification, address, WordLength), file, line);
        }
    }

    /// <summary>Stores a table word on core 0, and nothing else.</summary>
    /// <param name="address">Where.</param>
    /// <param name="word">What.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public void StoreOnly(uint address, uint word, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Core0.WriteWord(new PhysicalAddress(address), word, new Site(file, line));

    /// <summary>Points a first-level word to a second-level table.</summary>
    /// <param name="table">The first-level table.</param>
    /// <param name="address">An address of the MiB.</param>
    /// <param name="second">The second-level table.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public void Link(
        uint table, uint address, uint second, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Store(FirstSlot(table, address), second | Pointer, file, line);

    /// <summary>Where a first-level table has the word of an address.</summary>
    /// <param name="table">The table.</param>
    /// <param name="address">The virtual address.</param>
    public static uint FirstSlot(uint table, uint address) => table + ((address >> PageSize.SectionShift) * WordLength);

    /// <summary>Where a second-level table has the word of an address.</summary>
    /// <param name="table">The table.</param>
    /// <param name="address">The virtual address.</param>
    public static uint SecondSlot(uint table, uint address) =>
        table + (new VirtualAddress(address).SecondLevelIndex * WordLength);

    /// <summary>Maps <see cref="Page1"/> at <see cref="Address"/> in table A.</summary>
    /// <param name="bits">Bits of the page.</param>
    public void MapPage1(uint bits = UserPage)
    {
        Link(TableA, Address, Second1);
        Store(SecondSlot(Second1, Address), Page1 | bits);
        Do(StepKind.DataBarrier);
        Do(StepKind.ContextBarrier);
    }

    /// <summary>Makes a table and ASID current, as the manual has it: with TTBCR.PD0 set.</summary>
    /// <param name="core">On which core.</param>
    /// <param name="table">The table.</param>
    /// <param name="asid">The ASID.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public static void Switch(
        ProcessorCore core, uint table, uint asid, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        System.ArgumentNullException.ThrowIfNull(core);
        uint control = core.Registers.TableBaseControl;
        core.Maintain(
            [
                Step.Register(SystemRegister.TranslationTableBaseControl, control | TranslationRegisters.TtbcrDisable0),
                new Step(StepKind.ContextBarrier),
                Step.Register(SystemRegister.ContextId, asid),
                Step.Register(SystemRegister.TranslationTableBase0, table | BootCode.WalkAttributes),
                new Step(StepKind.ContextBarrier),
                Step.Register(SystemRegister.TranslationTableBaseControl, control & ~TranslationRegisters.TtbcrDisable0),
                new Step(StepKind.ContextBarrier),
            ],
            file,
            line);
    }

    /// <summary>Does a step on core 0.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="address">Its address.</param>
    /// <param name="operand">Its ASID, length or value.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public void Do(
        StepKind kind,
        uint address = 0,
        uint operand = 0,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Core0.Maintain(new Step(kind, address, operand), file, line);

    /// <summary>Writes a register on core 0.</summary>
    /// <param name="register">Which.</param>
    /// <param name="value">What.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public void Set(
        SystemRegister register, uint value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Core0.Maintain(Step.Register(register, value), file, line);

    /// <summary>DSB, an invalidation, DSB, ISB on core 0.</summary>
    /// <param name="kind">The invalidation.</param>
    /// <param name="address">Its address.</param>
    /// <param name="asid">Its ASID.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public void Remove(
        StepKind kind, uint address = 0, uint asid = 0, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Core0.Maintain(
            [
                new Step(StepKind.DataBarrier),
                new Step(kind, address, asid),
                new Step(StepKind.DataBarrier),
                new Step(StepKind.ContextBarrier),
            ],
            file,
            line);

    /// <summary>A user load on core 0.</summary>
    /// <param name="address">Where.</param>
    public void Read(uint address) => _ = Core0.Read(new VirtualAddress(address), Privilege.User);

    /// <summary>A user store on core 0.</summary>
    /// <param name="address">Where.</param>
    public void Write(uint address) => _ = Core0.Write(new VirtualAddress(address), 1, Privilege.User);

    /// <summary>Gives memory back.</summary>
    /// <param name="use">As what.</param>
    /// <param name="start">Where.</param>
    /// <param name="lengthInBytes">Bytes.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public void Return(
        FrameUse use,
        uint start,
        uint lengthInBytes,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Core0.NoteFrames(
            FrameChange.Returned, use, new PhysicalAddress(start), lengthInBytes, new Site(file, line));

    private static Machine Reset<TProfile>()
        where TProfile : struct, IProcessorProfile => Machine.Create<TProfile>(new MachineOptions
        {
            Banks = [Memory.MemoryBank.Memory(0, MemoryLength)],
            Tlb = TlbModel.Hostile,
            Handling = ViolationHandling.Collect,
        });
}
