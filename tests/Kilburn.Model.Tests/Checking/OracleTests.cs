using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Frames;
using Kilburn.Model.Boot;
using Kilburn.Model.Campaigns;
using Kilburn.Model.Checking;
using Kilburn.Model.Cores;
using Kilburn.Model.Litmus;
using Kilburn.Model.Memory;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;
using Xunit;
using static Kilburn.Model.Litmus.LitmusBench;

namespace Kilburn.Model.Tests.Checking;

public sealed class OracleTests
{
    private static LitmusBench Running(uint bits = UserPage)
    {
        LitmusBench bench = Create<CortexA7>();
        bench.MapPage1(bits);
        Switch(bench.Core0, TableA, 1);
        return bench;
    }

    private static Violation Only(LitmusBench bench) => Assert.Single(bench.Machine.Violations);

    [Fact]
    public void Unmap_Finished_LeavesNothingToRemember()
    {
        LitmusBench bench = Running();
        Assert.Equal(0, bench.Machine.UnfinishedChanges);
        bench.Store(SecondSlot(Second1, Address), 0);
        Assert.Equal(1, bench.Machine.UnfinishedChanges);
        bench.Remove(StepKind.TlbPage, Address, 1);
        Assert.Equal(0, bench.Machine.UnfinishedChanges);
    }

    [Fact]
    public void Report_StaleTranslation_TellsCoreAsidAddressStoreAndWhatIsMissing()
    {
        LitmusBench bench = Running();
        bench.Store(SecondSlot(Second1, Address), 0);
        bench.Do(StepKind.DataBarrier);
        bench.Do(StepKind.TlbPage, Address, 2);
        bench.Do(StepKind.DataBarrier);
        bench.Do(StepKind.ContextBarrier);
        bench.Read(Address);
        Violation violation = Only(bench);
        Assert.Equal(0, violation.CoreIndex);
        Assert.Equal(1u, violation.Asid!.Value.Value);
        Assert.Equal(Address, violation.Address!.Value.Value);
        Assert.EndsWith("OracleTests.cs", violation.Cause.File, StringComparison.Ordinal);
        Assert.Contains("TLBIMVAIS 0x00400000 with ASID 1", violation.Missing, StringComparison.Ordinal);
        Assert.Contains("TLBIMVAIS 0x00400000, ASID 2", violation.Missing, StringComparison.Ordinal);
    }

    [Fact]
    public void Destroy_AsidInvalidatedFirst_IsClean()
    {
        LitmusBench bench = Running();
        Switch(bench.Core0, bench.EmptyTable, 2);
        bench.Remove(StepKind.TlbAsid, 0, 1);
        bench.Return(FrameUse.Page, Page1, PageSize.Small);
        bench.Return(FrameUse.SecondLevelTable, Second1, 1024);
        bench.Return(FrameUse.FirstLevelTable, TableA, 8192);
        Assert.Empty(bench.Machine.Violations);
    }

    [Fact]
    public void Destroy_WhileActive_IsReported()
    {
        LitmusBench bench = Running();
        bench.Return(FrameUse.FirstLevelTable, TableA, 8192);
        Assert.Contains(bench.Machine.Violations, found => found.Kind == ViolationKind.ReachableTableReturned);
    }

    [Fact]
    public void Destroy_AsidNeverInvalidated_ShowsWhenTheAsidIsUsedAgain()
    {
        LitmusBench bench = Running();
        Switch(bench.Core0, bench.EmptyTable, 2);
        bench.Return(FrameUse.Page, Page1, PageSize.Small);
        bench.Return(FrameUse.SecondLevelTable, Second1, 1024);
        bench.Return(FrameUse.FirstLevelTable, TableA, 8192);
        Assert.Empty(bench.Machine.Violations); // nobody uses ASID 1
        Switch(bench.Core0, TableB, 1);
        Assert.Contains(bench.Machine.Violations, found => found.Kind == ViolationKind.AsidReused);
    }

    [Fact]
    public void Destroy_FlushedBeforeTheAsidIsUsedAgain_IsClean()
    {
        LitmusBench bench = Running();
        Switch(bench.Core0, bench.EmptyTable, 2);
        bench.Return(FrameUse.Page, Page1, PageSize.Small);
        bench.Return(FrameUse.SecondLevelTable, Second1, 1024);
        bench.Return(FrameUse.FirstLevelTable, TableA, 8192);
        bench.Remove(StepKind.TlbLocal);
        Switch(bench.Core0, TableA, 1);
        bench.Read(Address);
        Assert.Empty(bench.Machine.Violations);
    }

    [Fact]
    public void Unmap_SpaceNotActiveAnyMoreOnOtherCore_NeedsTheOtherCoresInvalidationToo()
    {
        LitmusBench bench = Running();
        Switch(bench.Core1, TableA, 1);
        Switch(bench.Core1, bench.EmptyTable, 3);
        bench.Store(SecondSlot(Second1, Address), 0);
        bench.Remove(StepKind.TlbPageLocal, Address, 1);
        bench.Return(FrameUse.Page, Page1, PageSize.Small);
        Assert.Empty(bench.Machine.Violations);
        Switch(bench.Core1, TableA, 1);
        Violation violation = Only(bench);
        Assert.Equal(1, violation.CoreIndex);
        Assert.Contains("core 0 only", violation.Missing, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_WhileNotActive_IsNotHeldUnderTheOldAsid()
    {
        LitmusBench bench = Running();
        Switch(bench.Core0, bench.EmptyTable, 2);
        bench.Store(SecondSlot(Second1, Address + 0x1000), Page2 | UserPage);
        bench.Store(SecondSlot(Second1, Address + 0x1000), 0);
        bench.Do(StepKind.DataBarrier);
        bench.Return(FrameUse.Page, Page2, PageSize.Small);
        Switch(bench.Core0, TableA, 1);
        bench.Read(Address + 0x1000);
        Assert.Empty(bench.Machine.Violations);
    }

    [Fact]
    public void Unlink_TableWithLivePages_NeedsEachPageInvalidated()
    {
        LitmusBench bench = Running();
        bench.Store(SecondSlot(Second1, Address + 0x5000), Page2 | UserPage);
        bench.Do(StepKind.DataBarrier);
        bench.Do(StepKind.ContextBarrier);
        bench.Store(FirstSlot(TableA, Address), 0);
        bench.Remove(StepKind.TlbPage, Address, 1);
        bench.Read(Address);
        Assert.Empty(bench.Machine.Violations);
        bench.Read(Address + 0x5000);
        Assert.Equal(ViolationKind.StaleTranslation, Only(bench).Kind);
    }

    [Fact]
    public void Switch_StoreNotComplete_IsReportedAtTheAccess()
    {
        LitmusBench bench = Running();
        bench.Link(TableB, Address, Second2);
        bench.Do(StepKind.DataBarrier);
        bench.Store(SecondSlot(Second2, Address), Page2 | UserPage);
        Switch(bench.Core0, TableB, 2);
        bench.Read(Address);
        Assert.Equal(ViolationKind.StoreNotComplete, Only(bench).Kind);
    }

    [Fact]
    public void Random_SameSeed_DrawsTheSameAnswers()
    {
        List<string> draws = [];
        for (int run = 0; run < 2; run++)
        {
            using Machine machine = Machine.Create<CortexA7>(
                new MachineOptions { Banks = [MemoryBank.Memory(0, 2u << 20)], Tlb = TlbModel.Random, Seed = 7 });
            BootedKernel kernel = BootCode.Run<CortexA7>(machine);
            ModelMachine core = machine.GetCore<CortexA7>(0);
            string answers = string.Empty;
            for (uint page = 0x70; page < 0x80; page++)
            {
                core.WriteWord(kernel.FirstMibTable.Add(page * 4), 0);
                core.Synchronize();
                answers += machine.Cores[0].Read(new VirtualAddress(0x8000_0000 + (page << 12))).IsFault ? "F" : "r";
            }

            draws.Add(answers);
        }

        Assert.Equal(draws[0], draws[1]);
        Assert.Contains("F", draws[0], StringComparison.Ordinal);
        Assert.Contains("r", draws[0], StringComparison.Ordinal);
    }

    [Fact]
    public void PossibleAnswers_Race_ListsThemWithoutAReport()
    {
        LitmusBench bench = Running();
        bench.Store(SecondSlot(Second1, Address), 0);
        IReadOnlyList<Answer> answers =
            bench.Core0.PossibleAnswers(new VirtualAddress(Address), AccessKind.Read, Privilege.User);
        Assert.Equal(2, answers.Count);
        Assert.Empty(bench.Machine.Violations);
    }

    [Fact]
    public void Sites_UselessInvalidation_CountsAsNotNeeded()
    {
        LitmusBench bench = Running();
        bench.Do(StepKind.TlbPage, Address + 0x10_0000, 1);
        SiteRecord record = bench.Machine.Sites.Last(site => site.Step == StepKind.TlbPage);
        Assert.Equal(1, record.Count);
        Assert.Equal(0, record.NeededCount);
    }

    [Fact]
    public void Sharing_Reported_FindsAFrameThatTwoSpacesMap()
    {
        using Machine machine = Machine.Create<CortexA7>(new MachineOptions
        {
            Banks = [MemoryBank.Memory(0, 2u << 20)],
            Tlb = TlbModel.Hostile,
            Sharing = FrameSharing.Reported,
        });
        _ = BootCode.Run<CortexA7>(machine);
        ModelMachine core = machine.GetCore<CortexA7>(0);
        foreach ((uint first, uint second) in new[] { (TableA, Second1), (TableB, Second2) })
        {
            core.WriteWord(new PhysicalAddress(FirstSlot(first, Address)), second | Pointer);
            core.WriteWord(new PhysicalAddress(SecondSlot(second, Address)), Page1 | UserPage);
        }

        core.Synchronize();
        core.SwitchSpace(TableA | BootCode.WalkAttributes, new Asid(1));
        ViolationException found = Assert.Throws<ViolationException>(
            () => machine.GetCore<CortexA7>(0).SwitchSpace(TableB | BootCode.WalkAttributes, new Asid(2)));
        Assert.Equal(ViolationKind.ForeignFrame, found.Violation.Kind);
    }

    [Theory]
    [InlineData(MutationKind.Drop)]
    [InlineData(MutationKind.Local)]
    [InlineData(MutationKind.WrongAsid)]
    [InlineData(MutationKind.SwapWithNext)]
    public void Mutation_OfAnInvalidation_IsCaught(MutationKind kind)
    {
        const string File = "Mutated.cs";
        const int Line = 77;
        using Machine machine = Machine.Create<CortexA7>(new MachineOptions
        {
            Banks = [MemoryBank.Memory(0, 2u << 20)],
            Tlb = TlbModel.Hostile,
            Mutation = Mutation.Parse($"{File}:{Line}:1:TlbPage:{kind}"),
        });
        BootedKernel kernel = BootCode.Run<CortexA7>(machine);
        BootCode.StartCore<CortexA7>(machine, kernel, 1);
        ModelMachine core = machine.GetCore<CortexA7>(0);
        core.WriteWord(new PhysicalAddress(FirstSlot(TableA, Address)), Second1 | Pointer);
        core.WriteWord(new PhysicalAddress(SecondSlot(Second1, Address)), Page1 | UserPage);
        core.Synchronize();
        core.SwitchSpace(TableA | BootCode.WalkAttributes, new Asid(1));
        machine.GetCore<CortexA7>(1).SwitchSpace(TableA | BootCode.WalkAttributes, new Asid(1));
        core.WriteWord(new PhysicalAddress(SecondSlot(Second1, Address)), 0);
        AsidOwner owner = new() { Word = AsidWord.Of(1, 1), Cores = 0b11 };
        core.RemovePage(new VirtualAddress(Address), ref owner, $"src/{File}", Line);
        _ = Assert.Throws<ViolationException>(() => machine.GetCore<CortexA7>(0).NoteFrames(
            FrameChange.Returned, FrameUse.Page, new PhysicalAddress(Page1), PageSize.Small));
    }
}
