using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Maintenance;
using Kilburn.Core.Tests.Machines;
using Kilburn.Model;
using Kilburn.Model.Cores;
using Kilburn.Model.Profiles;
using Xunit;

namespace Kilburn.Core.Tests.Maintenance;

[Trait("Machine", "Named")]
public sealed class InvalidationBatchTests
{
    private const uint Page = 0x1000;
    private AsidOwner _owner = new() { Word = AsidWord.Of(1, 5), Cores = 0b11 };

    private static PlainMachine<Asids8> NewMachine() => new(new PlainMemory(Page), 0);

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(InvalidationBatch.PageLimit, InvalidationBatch.PageLimit, 0)]
    [InlineData(InvalidationBatch.PageLimit + 1, 0, 1)]
    public void Commit_PastTheLimit_InvalidatesByAsid(int pageCount, long byPage, long byAsid)
    {
        using Machine machine = Machine.Create<CortexA7>(1u << 20);
        ModelMachine<CortexA7> core = machine.GetCore<CortexA7>(0);
        InvalidationBatch batch = default;
        for (uint index = 0; index < pageCount; index++)
        {
            batch.AddPage(new VirtualAddress(index * Page));
        }

        batch.Commit(ref core, ref _owner);
        Assert.True(batch.IsEmpty);
        Assert.Equal(byPage, machine.Cores[0].CountOf(StepKind.TlbPage));
        Assert.Equal(byAsid, machine.Cores[0].CountOf(StepKind.TlbAsid));
        Assert.Equal(2, machine.Cores[0].CountOf(StepKind.DataBarrier));
        Assert.Equal(1, machine.Cores[0].CountOf(StepKind.ContextBarrier));
    }

    [Theory]
    [InlineData(0b000, 1, StepKind.TlbPage)] // unknown
    [InlineData(0b010, 1, StepKind.TlbPageLocal)]
    [InlineData(0b010, InvalidationBatch.PageLimit + 1, StepKind.TlbAsidLocal)]
    [InlineData(0b001, 1, StepKind.TlbPage)]
    [InlineData(0b110, InvalidationBatch.PageLimit + 1, StepKind.TlbAsid)]
    public void Commit_CoresThatMayHoldThePages_AreTold(uint cores, int pageCount, StepKind expected)
    {
        using Machine machine = Machine.Create<CortexA7>(1u << 20);
        ModelMachine<CortexA7> core = machine.GetCore<CortexA7>(1);
        _owner.Cores = cores;
        InvalidationBatch batch = default;
        for (uint index = 0; index < pageCount; index++)
        {
            batch.AddPage(new VirtualAddress(index * Page));
        }

        batch.Commit(ref core, ref _owner);
        StepKind[] all = [StepKind.TlbPage, StepKind.TlbPageLocal, StepKind.TlbAsid, StepKind.TlbAsidLocal];
        Assert.All(all, kind => Assert.Equal(kind == expected ? 1 : 0, machine.Cores[1].CountOf(kind)));
    }

    [Fact]
    public void Commit_PredictorsThatNeedMaintenance_AreInvalidatedOnce()
    {
        using Machine machine = Machine.Create<IncoherentWalks>(1u << 20);
        ModelMachine<IncoherentWalks> core = machine.GetCore<IncoherentWalks>(0);
        InvalidationBatch batch = default;
        batch.AddPage(default);
        batch.AddPage(new VirtualAddress(Page));
        batch.Commit(ref core, ref _owner);
        Assert.Equal(1, machine.Cores[0].CountOf(StepKind.BranchPredictors));
    }

    [Fact]
    public void IsEmpty_PageOrWaitingMemory_IsFalse()
    {
        PlainMachine<Asids8> machine = NewMachine();
        InvalidationBatch pages = default;
        InvalidationBatch waiting = default;
        Assert.True(pages.IsEmpty);
        pages.AddPage(default);
        waiting.AddWaiting(ref machine, default, WaitingKind.Page);
        Assert.False(pages.IsEmpty);
        Assert.False(waiting.IsEmpty);
    }

    [Fact]
    public void Commit_NothingNoted_DoesNothing()
    {
        using Machine machine = Machine.Create<CortexA7>(1u << 20);
        ModelMachine<CortexA7> core = machine.GetCore<CortexA7>(0);
        InvalidationBatch batch = default;
        batch.Commit(ref core, ref _owner);
        Assert.Equal(0, machine.Cores[0].CountOf(StepKind.DataBarrier));
        Assert.False(batch.TryTake(ref core, out PhysicalAddress memory, out _));
        Assert.Equal(0u, memory.Value);
    }

    [Fact]
    public void TryTake_AfterCommit_GivesAllThatWaitedOnce()
    {
        PlainMachine<Asids8> machine = NewMachine();
        InvalidationBatch batch = default;
        batch.AddPage(default);
        batch.AddWaiting(ref machine, new PhysicalAddress(0x3000), WaitingKind.Page);
        batch.AddWaiting(ref machine, new PhysicalAddress(0x4400), WaitingKind.SecondLevelTable);
        batch.Commit(ref machine, ref _owner);
        List<(uint, WaitingKind)> taken = [];
        while (batch.TryTake(ref machine, out PhysicalAddress memory, out WaitingKind kind))
        {
            taken.Add((memory.Value, kind));
        }

        Assert.Equal([(0x4400, WaitingKind.SecondLevelTable), (0x3000, WaitingKind.Page)], taken);
        Assert.True(batch.IsEmpty);
    }

    [Fact]
    public void TryTake_BeforeCommit_Panics()
    {
        PlainMachine<Asids8> machine = NewMachine();
        InvalidationBatch batch = default;
        batch.AddPage(default);
        batch.AddWaiting(ref machine, new PhysicalAddress(0x3000), WaitingKind.Page);
        PanicException panic = Assert.Throws<PanicException>(() => batch.TryTake(ref machine, out _, out _));
        Assert.StartsWith("I4", panic.Message, System.StringComparison.Ordinal);
    }

    [Fact]
    public void TryTake_PageNotedSinceTheCommit_Panics()
    {
        PlainMachine<Asids8> machine = NewMachine();
        InvalidationBatch batch = default;
        batch.AddWaiting(ref machine, new PhysicalAddress(0x3000), WaitingKind.Page);
        batch.Commit(ref machine, ref _owner);
        batch.AddPage(default);
        _ = Assert.Throws<PanicException>(() => batch.TryTake(ref machine, out _, out _));
    }

    [Fact]
    public void TryTake_AllNotedSinceTheCommit_Panics()
    {
        PlainMachine<Asids8> machine = NewMachine();
        InvalidationBatch batch = default;
        batch.AddWaiting(ref machine, new PhysicalAddress(0x3000), WaitingKind.Page);
        batch.Commit(ref machine, ref _owner);
        batch.AddAll();
        _ = Assert.Throws<PanicException>(() => batch.TryTake(ref machine, out _, out _));
    }

    [Fact]
    public void AddWaiting_PastTheCapacity_Panics()
    {
        PlainMachine<Asids8> machine = NewMachine();
        InvalidationBatch batch = default;
        for (uint index = 0; index < InvalidationBatch.WaitingCapacity; index++)
        {
            Assert.Equal(index > InvalidationBatch.WaitingCapacity - 2, batch.IsFull);
            batch.AddWaiting(ref machine, new PhysicalAddress(index * Page), WaitingKind.Page);
        }

        _ = Assert.Throws<PanicException>(() => batch.AddWaiting(ref machine, default, WaitingKind.Page));
    }
}
