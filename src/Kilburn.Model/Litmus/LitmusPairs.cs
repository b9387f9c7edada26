using System.Collections.Generic;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Model.Boot;
using Kilburn.Model.Checking;
using Kilburn.Model.Cores;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;
using static Kilburn.Model.Litmus.LitmusBench;

namespace Kilburn.Model.Litmus;

/// <summary>All litmus pairs, at least one for each of the 15 behaviours.</summary>
public static class LitmusPairs
{
    private const uint Asid1 = 1;
    private const uint Asid2 = 2;
    private const uint WordLength = 4;
    private const uint Copies = 16;

    /// <summary>Short names of the behaviours; the first is that of behaviour 1.</summary>
    public static IReadOnlyList<string> Behaviours { get; } =
    [
        "translations are fetched without an access",
        "only entries that translate are held, those that deny included",
        "first-level words are held on their own",
        "a walk is not atomic",
        "changes are complete after a DSB, and seen after an ISB",
        "a line that was not cleaned is not seen",
        "CONTEXTIDR and TTBR0 change one after the other",
        "an invalidation has its scope",
        "two entries for one address are an error",
        "the 16 copies agree, and are held at any size",
        "anything is evicted at any time",
        "attributes are held, DACR is not, and PD0 stops new walks only",
        "at reset the TLB holds rubbish",
        "what was written is not code yet",
        "one frame has one memory type",
    ];

    /// <summary>The pairs, in the order of their behaviours.</summary>
    public static IReadOnlyList<LitmusPair> All { get; } =
    [
        new(1, "a page that nobody touched is unmapped and given back", ViolationKind.ReachableFrameReturned, A7,
            bench =>
            {
                RunPage1(bench);
                bench.Store(SecondSlot(Second1, Address), 0);
                bench.Do(StepKind.DataBarrier);
                bench.Do(StepKind.ContextBarrier);
                bench.Return(FrameUse.Page, Page1, PageSize.Small);
            },
            bench =>
            {
                RunPage1(bench);
                bench.Store(SecondSlot(Second1, Address), 0);
                bench.Remove(StepKind.TlbPage, Address, Asid1);
                bench.Return(FrameUse.Page, Page1, PageSize.Small);
            }),
        new(2, "read-only becomes read-write, where a fault becomes a page needs nothing", ViolationKind.StalePermissions, A7,
            bench =>
            {
                RunPage1(bench, UserReadOnlyPage);
                bench.Store(SecondSlot(Second1, Address), Page1 | UserPage);
                bench.Do(StepKind.DataBarrier);
                bench.Do(StepKind.ContextBarrier);
                bench.Write(Address);
            },
            bench =>
            {
                RunPage1(bench, UserReadOnlyPage);
                bench.Store(SecondSlot(Second1, Address), Page1 | UserPage);
                bench.Remove(StepKind.TlbPage, Address, Asid1);
                bench.Write(Address);
                bench.Read(Address + PageSize.Small);
                bench.Store(SecondSlot(Second1, Address + PageSize.Small), Page2 | UserPage);
                bench.Do(StepKind.DataBarrier);
                bench.Do(StepKind.ContextBarrier);
                bench.Write(Address + PageSize.Small);
            }),
        new(3, "a kernel table is freed after an invalidation under one ASID", ViolationKind.ReachableTableReturned, A7,
            bench => FreeKernelTable(bench, StepKind.TlbPage),
            bench => FreeKernelTable(bench, StepKind.TlbPageAllAsids)),
        new(4, "a table is reused while a walk that began before may read it", ViolationKind.StaleWalk, A7,
            bench =>
            {
                RunPage1(bench);
                UnmapPage1(bench);
                bench.Store(FirstSlot(TableA, Address), 0);
                bench.Do(StepKind.DataBarrier);
                bench.Do(StepKind.ContextBarrier);
                bench.Store(SecondSlot(Second1, Address), Page2 | UserPage);
                bench.Do(StepKind.DataBarrier);
                bench.Do(StepKind.ContextBarrier);
                bench.Read(Address);
            },
            bench =>
            {
                RunPage1(bench);
                UnmapPage1(bench);
                bench.Store(FirstSlot(TableA, Address), 0);
                bench.Remove(StepKind.TlbPage, Address, Asid1);
                bench.Store(SecondSlot(Second1, Address), Page2 | UserPage);
                bench.Do(StepKind.DataBarrier);
                bench.Do(StepKind.ContextBarrier);
                bench.Read(Address);
            }),
        new(5, "no DSB after the store", ViolationKind.StoreNotComplete, A7,
            bench => MapAndRead(bench, StepKind.ContextBarrier),
            bench => MapAndRead(bench, StepKind.DataBarrier, StepKind.ContextBarrier)),
        new(5, "no ISB after the DSB", ViolationKind.ContextNotSynchronized, A7,
            bench => MapAndRead(bench, StepKind.DataBarrier),
            bench => MapAndRead(bench, StepKind.DataBarrier, StepKind.ContextBarrier)),
        new(5, "the invalidation comes before the store is complete", ViolationKind.StaleTranslation, A7,
            bench => UnmapAndRead(bench, StepKind.TlbPage, StepKind.DataBarrier, StepKind.ContextBarrier),
            bench => UnmapAndRead(
                bench, StepKind.DataBarrier, StepKind.TlbPage, StepKind.DataBarrier, StepKind.ContextBarrier)),
        new(5, "no DSB after the invalidation", ViolationKind.InvalidationNotComplete, A7,
            bench => UnmapAndRead(bench, StepKind.DataBarrier, StepKind.TlbPage, StepKind.ContextBarrier),
            bench => UnmapAndRead(
                bench, StepKind.DataBarrier, StepKind.TlbPage, StepKind.DataBarrier, StepKind.ContextBarrier)),
        new(5, "exceptions are taken to vectors before the store of their mapping is complete", ViolationKind.StoreNotComplete, A7,
            bench => RaiseVectors(bench, isComplete: false),
            bench => RaiseVectors(bench, isComplete: true)),
        new(6, "a new page in a line that was not cleaned", ViolationKind.LineNotCleaned, Incoherent,
            bench =>
            {
                RunPage1(bench);
                bench.StoreOnly(SecondSlot(Second1, Address + PageSize.Small), Page2 | UserPage);
                bench.Do(StepKind.DataBarrier);
                bench.Do(StepKind.ContextBarrier);
                bench.Read(Address + PageSize.Small);
            },
            bench =>
            {
                RunPage1(bench);
                bench.Store(SecondSlot(Second1, Address + PageSize.Small), Page2 | UserPage);
                bench.Do(StepKind.DataBarrier);
                bench.Do(StepKind.ContextBarrier);
                bench.Read(Address + PageSize.Small);
            }),
        new(7, "ASID, then table, with walks on", ViolationKind.ContextPairing, A7,
            bench =>
            {
                RunPage1(bench);
                LinkTableB(bench);
                bench.Set(SystemRegister.ContextId, Asid2);
                bench.Set(SystemRegister.TranslationTableBase0, TableB | BootCode.WalkAttributes);
                bench.Do(StepKind.ContextBarrier);
                bench.Read(Address);
            },
            bench =>
            {
                RunPage1(bench);
                LinkTableB(bench);
                Switch(bench.Core0, TableB, Asid2);
                bench.Read(Address);
            }),
        new(7, "an ISB between the two is not enough, the reserved ASID is", ViolationKind.ContextPairing, A7,
            bench =>
            {
                RunPage1(bench);
                LinkTableB(bench);
                bench.Set(SystemRegister.TranslationTableBase0, TableB | BootCode.WalkAttributes);
                bench.Do(StepKind.ContextBarrier);
                bench.Set(SystemRegister.ContextId, Asid2);
                bench.Do(StepKind.ContextBarrier);
                bench.Read(Address);
            },
            bench =>
            {
                RunPage1(bench);
                LinkTableB(bench);
                bench.Set(SystemRegister.ContextId, 0);
                bench.Do(StepKind.ContextBarrier);
                bench.Set(SystemRegister.TranslationTableBase0, TableB | BootCode.WalkAttributes);
                bench.Do(StepKind.ContextBarrier);
                bench.Set(SystemRegister.ContextId, Asid2);
                bench.Do(StepKind.ContextBarrier);
                bench.Read(Address);
            }),
        new(8, "an invalidation that stays on its core", ViolationKind.StaleTranslation, A7,
            bench => UnmapOnTwoCores(bench, StepKind.TlbPageLocal),
            bench => UnmapOnTwoCores(bench, StepKind.TlbPage)),
        new(8, "an invalidation by ASID spares global entries", ViolationKind.StaleTranslation, A7,
            bench => UnmapGlobal(bench, StepKind.TlbAsid),
            bench => UnmapGlobal(bench, StepKind.TlbPage)),
        new(8, "an ASID is given to another table", ViolationKind.AsidReused, A7,
            bench =>
            {
                RunPage1(bench);
                LinkTableB(bench);
                Switch(bench.Core0, EmptyOf(bench), Asid2);
                Switch(bench.Core0, TableB, Asid1);
            },
            bench =>
            {
                RunPage1(bench);
                LinkTableB(bench);
                Switch(bench.Core0, EmptyOf(bench), Asid2);
                bench.Remove(StepKind.TlbAsid, 0, Asid1);
                Switch(bench.Core0, TableB, Asid1);
                bench.Read(Address);
            }),
        new(9, "a section becomes a table in one store", ViolationKind.BreakBeforeMake, A7,
            bench =>
            {
                RunSection(bench);
                bench.Link(TableA, Address, Second1);
                bench.Remove(StepKind.TlbPage, Address, Asid1);
            },
            bench =>
            {
                RunSection(bench);
                bench.Store(FirstSlot(TableA, Address), 0);
                bench.Remove(StepKind.TlbPage, Address, Asid1);
                bench.Link(TableA, Address, Second1);
                bench.Do(StepKind.DataBarrier);
                bench.Do(StepKind.ContextBarrier);
                bench.Read(Address);
            }),
        new(9, "a page gets another frame, and the invalidation between is not complete", ViolationKind.BreakBeforeMake, A7,
            bench =>
            {
                RunPage1(bench);
                bench.Store(SecondSlot(Second1, Address), 0);
                bench.Do(StepKind.DataBarrier);
                bench.Do(StepKind.TlbPage, Address, Asid1);
                bench.Store(SecondSlot(Second1, Address), Page2 | UserPage);
            },
            bench =>
            {
                RunPage1(bench);
                UnmapPage1(bench);
                bench.Store(SecondSlot(Second1, Address), Page2 | UserPage);
            }),
        new(10, "one of 16 words differs", ViolationKind.CopiesDisagree, A7,
            bench => RunLargePage(bench, Copies - 1),
            bench => RunLargePage(bench, Copies)),
        new(10, "one invalidation for a large page", ViolationKind.StaleTranslation, A7,
            bench => UnmapLargePage(bench, 1),
            bench => UnmapLargePage(bench, Copies)),
        new(11, "a page is used on after its descriptor is gone", ViolationKind.StaleTranslation, A7,
            bench =>
            {
                RunPage1(bench);
                bench.Read(Address);
                bench.Store(SecondSlot(Second1, Address), 0);
                bench.Do(StepKind.DataBarrier);
                bench.Do(StepKind.ContextBarrier);
                bench.Read(Address);
            },
            bench =>
            {
                RunPage1(bench);
                bench.Read(Address);
                bench.Read(Address);
                UnmapPage1(bench);
                bench.Read(Address);
            }),
        new(12, "PRRR is changed under live entries", ViolationKind.EntriesInDoubt, A7,
            bench =>
            {
                RunPage1(bench);
                bench.Set(SystemRegister.PrimaryRegionRemap, BootCode.PrimaryRemap | (2u << 8));
                bench.Do(StepKind.ContextBarrier);
                bench.Read(Address);
            },
            bench =>
            {
                RunPage1(bench);
                bench.Set(SystemRegister.PrimaryRegionRemap, BootCode.PrimaryRemap | (2u << 8));
                bench.Do(StepKind.ContextBarrier);
                bench.Remove(StepKind.TlbLocal);
                bench.Read(Address);
            }),
        new(12, "PD0 alone does not take a table away", ViolationKind.AsidReused, A7,
            bench =>
            {
                RunPage1(bench);
                bench.Set(
                    SystemRegister.TranslationTableBaseControl,
                    BootCode.TableBaseControl | TranslationRegisters.TtbcrDisable0);
                bench.Do(StepKind.ContextBarrier);
                bench.Read(Address);
            },
            bench =>
            {
                RunPage1(bench);
                bench.Set(
                    SystemRegister.TranslationTableBaseControl,
                    BootCode.TableBaseControl | TranslationRegisters.TtbcrDisable0);
                bench.Do(StepKind.ContextBarrier);
                bench.Remove(StepKind.TlbAsid, 0, Asid1);
                bench.Read(Address);
            }),
        new(12, "DACR needs its ISB, and no invalidation", ViolationKind.ContextNotSynchronized, A7,
            bench =>
            {
                RunPage1(bench);
                bench.Set(SystemRegister.DomainAccessControl, 0b1101);
                bench.Write(Address);
                bench.Set(SystemRegister.DomainAccessControl, 0);
                bench.Read(Address);
            },
            bench =>
            {
                RunPage1(bench);
                bench.Set(SystemRegister.DomainAccessControl, 0b1101);
                bench.Do(StepKind.ContextBarrier);
                bench.Write(Address);
            }),
        new(13, "the MMU is turned on with what the TLB held at reset", ViolationKind.NotInvalidatedAfterReset, ResetA7,
            bench => TurnOn(bench, isInvalidated: false),
            bench => TurnOn(bench, isInvalidated: true)),
        new(14, "code is fetched after the store alone", ViolationKind.InstructionsNotCoherent, A7,
            bench =>
            {
                RunPage1(bench, CodePage);
                bench.Write(Address);
                bench.Do(StepKind.DataBarrier);
                bench.Do(StepKind.ContextBarrier);
                Fetch(bench, Address);
            },
            bench =>
            {
                RunPage1(bench, CodePage);
                bench.Write(Address);
                MakeFetchable(bench, new Step(StepKind.InstructionCaches));
                Fetch(bench, Address);
            }),
        new(14, "one address of the instruction cache leaves its aliases", ViolationKind.InstructionsNotCoherent, A7,
            bench =>
            {
                RunAlias(bench);
                MakeFetchable(bench, new Step(StepKind.InstructionCacheLine, Address));
                Fetch(bench, Address);
                Fetch(bench, Address + PageSize.Small);
            },
            bench =>
            {
                RunAlias(bench);
                MakeFetchable(bench, new Step(StepKind.InstructionCaches));
                Fetch(bench, Address);
                Fetch(bench, Address + PageSize.Small);
            }),
        new(14, "the branch predictor of a core that needs it", ViolationKind.InstructionsNotCoherent, Incoherent,
            bench =>
            {
                RunPage1(bench, CodePage);
                bench.Write(Address);
                MakeFetchable(bench, new Step(StepKind.InstructionCaches));
                Fetch(bench, Address);
            },
            bench =>
            {
                RunPage1(bench, CodePage);
                bench.Write(Address);
                bench.Do(StepKind.CleanToUnification, Page1, PageSize.Small);
                bench.Do(StepKind.DataBarrier);
                bench.Do(StepKind.InstructionCaches);
                bench.Do(StepKind.BranchPredictors);
                bench.Do(StepKind.DataBarrier);
                bench.Do(StepKind.ContextBarrier);
                Fetch(bench, Address);
            }),
        new(14, "the branch predictor of a core that needs it knows the page that was here", ViolationKind.StalePrediction, Incoherent,
            bench =>
            {
                RunPage1(bench, CodePage);
                Fetch(bench, Address);
                UnmapPage1(bench);
                MapPage2AsCode(bench);
                Fetch(bench, Address);
            },
            bench =>
            {
                RunPage1(bench, CodePage);
                Fetch(bench, Address);
                UnmapPage1(bench);
                bench.Do(StepKind.BranchPredictors);
                MapPage2AsCode(bench);
                Fetch(bench, Address);
            }),
        new(15, "memory of the linear map is mapped as a device", ViolationKind.MemoryTypesDiffer, A7,
            bench => RunPage1(bench, DevicePage),
            bench => RunPage1(bench, UserPage)),
    ];

    private static LitmusBench A7() => Create<CortexA7>();

    private static LitmusBench ResetA7() => CreateAtReset<CortexA7>();

    private static LitmusBench Incoherent() => Create<IncoherentWalks>();

    private static uint EmptyOf(LitmusBench bench) => bench.EmptyTable;

    private static void RunPage1(LitmusBench bench, uint bits = UserPage)
    {
        bench.MapPage1(bits);
        Switch(bench.Core0, TableA, Asid1);
    }

    private static void UnmapPage1(LitmusBench bench)
    {
        bench.Store(SecondSlot(Second1, Address), 0);
        bench.Remove(StepKind.TlbPage, Address, Asid1);
    }

    private static void RaiseVectors(LitmusBench bench, bool isComplete)
    {
        const uint Vectors = 0xFFFF_0000;
        const uint TableMask = 0xFFFF_FC00;
        uint table = bench.Machine.Memory.Read(new PhysicalAddress(FirstSlot(KernelTable, Vectors))) & TableMask;
        bench.Store(SecondSlot(table, Vectors), Page1 | KernelPage);
        if (isComplete)
        {
            bench.Do(StepKind.DataBarrier);
        }

        bench.Set(SystemRegister.SystemControl, bench.Core0.Registers.SystemControl | TranslationRegisters.SctlrHighVectors);
        bench.Do(StepKind.ContextBarrier);
    }

    private static void MapPage2AsCode(LitmusBench bench)
    {
        bench.Store(SecondSlot(Second1, Address), Page2 | CodePage);
        bench.Do(StepKind.DataBarrier);
        bench.Do(StepKind.ContextBarrier);
    }

    private static void LinkTableB(LitmusBench bench)
    {
        bench.Link(TableB, Address, Second2);
        bench.Store(SecondSlot(Second2, Address), Page2 | UserPage);
        bench.Do(StepKind.DataBarrier);
        bench.Do(StepKind.ContextBarrier);
    }

    private static void FreeKernelTable(LitmusBench bench, StepKind invalidation)
    {
        bench.Link(KernelTable, KernelAddress, Second1);
        bench.Do(StepKind.DataBarrier);
        bench.Do(StepKind.ContextBarrier);
        bench.Store(FirstSlot(KernelTable, KernelAddress), 0);
        bench.Remove(invalidation, KernelAddress, Asid1);
        bench.Return(FrameUse.SecondLevelTable, Second1, SecondTable.LengthInBytes);
    }

    private static void MapAndRead(LitmusBench bench, params StepKind[] barriers)
    {
        RunPage1(bench);
        bench.Store(SecondSlot(Second1, Address + PageSize.Small), Page2 | UserPage);
        foreach (StepKind barrier in barriers)
        {
            bench.Do(barrier);
        }

        bench.Read(Address + PageSize.Small);
    }

    private static void UnmapAndRead(LitmusBench bench, params StepKind[] steps)
    {
        RunPage1(bench);
        bench.Store(SecondSlot(Second1, Address), 0);
        foreach (StepKind step in steps)
        {
            bench.Do(step, Address, Asid1);
        }

        bench.Read(Address);
    }

    private static void UnmapOnTwoCores(LitmusBench bench, StepKind invalidation)
    {
        RunPage1(bench);
        Switch(bench.Core1, TableA, Asid1);
        bench.Store(SecondSlot(Second1, Address), 0);
        bench.Remove(invalidation, Address, Asid1);
        _ = bench.Core1.Read(new VirtualAddress(Address), Privilege.User);
    }

    private static void UnmapGlobal(LitmusBench bench, StepKind invalidation)
    {
        RunPage1(bench, GlobalPage);
        bench.Store(SecondSlot(Second1, Address), 0);
        bench.Remove(invalidation, Address, Asid1);
        bench.Read(Address);
    }

    private static void RunSection(LitmusBench bench)
    {
        bench.Store(FirstSlot(TableA, Address), UserSection);
        bench.Do(StepKind.DataBarrier);
        bench.Do(StepKind.ContextBarrier);
        Switch(bench.Core0, TableA, Asid1);
        bench.Read(Address);
    }

    private static void RunLargePage(LitmusBench bench, uint copies)
    {
        bench.Link(TableA, Address, Second1);
        for (uint copy = 0; copy < copies; copy++)
        {
            bench.Store(SecondSlot(Second1, Address) + (copy * WordLength), Page1 | LargePage);
        }

        bench.Do(StepKind.DataBarrier);
        bench.Do(StepKind.ContextBarrier);
        Switch(bench.Core0, TableA, Asid1);
        bench.Read(Address);
    }

    private static void UnmapLargePage(LitmusBench bench, uint invalidations)
    {
        RunLargePage(bench, Copies);
        for (uint copy = 0; copy < Copies; copy++)
        {
            bench.Store(SecondSlot(Second1, Address) + (copy * WordLength), 0);
        }

        bench.Do(StepKind.DataBarrier);
        for (uint copy = 0; copy < invalidations; copy++)
        {
            bench.Do(StepKind.TlbPage, Address + (copy * PageSize.Small), Asid1);
        }

        bench.Do(StepKind.DataBarrier);
        bench.Do(StepKind.ContextBarrier);
        bench.Read(Address);
        bench.Read(Address + ((Copies - 1) * PageSize.Small));
    }

    private static void TurnOn(LitmusBench bench, bool isInvalidated)
    {
        const uint KernelSection = 0x1040E;
        bench.Store(FirstSlot(KernelTable, LinearMap.Offset), KernelSection);
        if (isInvalidated)
        {
            bench.Do(StepKind.TlbLocal);
        }

        bench.Set(SystemRegister.PrimaryRegionRemap, BootCode.PrimaryRemap);
        bench.Set(SystemRegister.NormalMemoryRemap, BootCode.NormalRemap);
        bench.Set(SystemRegister.DomainAccessControl, 1);
        bench.Set(
            SystemRegister.TranslationTableBaseControl, BootCode.TableBaseControl | TranslationRegisters.TtbcrDisable0);
        bench.Set(SystemRegister.TranslationTableBase1, KernelTable | BootCode.WalkAttributes);
        bench.Do(StepKind.DataBarrier);
        bench.Do(StepKind.ContextBarrier);
        bench.Set(SystemRegister.SystemControl, BootCode.SystemControl);
        bench.Do(StepKind.ContextBarrier);
        _ = bench.Core0.Read(new VirtualAddress(LinearMap.Offset));
    }

    private static void RunAlias(LitmusBench bench)
    {
        RunPage1(bench, CodePage);
        bench.Store(SecondSlot(Second1, Address + PageSize.Small), Page1 | CodePage);
        bench.Do(StepKind.DataBarrier);
        bench.Do(StepKind.ContextBarrier);
        bench.Write(Address);
    }

    private static void MakeFetchable(LitmusBench bench, Step invalidation)
    {
        bench.Do(StepKind.CleanToUnification, Page1, PageSize.Small);
        bench.Do(StepKind.DataBarrier);
        bench.Do(invalidation.Kind, invalidation.Address);
        bench.Do(StepKind.DataBarrier);
        bench.Do(StepKind.ContextBarrier);
    }

    private static void Fetch(LitmusBench bench, uint address) =>
        _ = bench.Core0.Fetch(new VirtualAddress(address), Privilege.User);
}
