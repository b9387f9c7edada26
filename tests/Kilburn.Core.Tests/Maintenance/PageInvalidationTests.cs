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
public sealed class PageInvalidationTests
{
    private const uint Page = 0x0040_0000;
    private AsidOwner _owner = new() { Word = AsidWord.Of(1, 5), Cores = 0b11 };

    [Fact]
    public void Remove_SameWordBeforeAndAfter_RemovesThePageOnce()
    {
        PlainMemory memory = new(0x1000) { Maintenance = [] };
        PlainMachine<Asids8> machine = new(memory, 0);
        PageInvalidation.Remove(ref machine, ref _owner, new VirtualAddress(Page));
        Assert.Equal([(nameof(IMachine.RemovePage), Page, 5u)], memory.Maintenance);
    }

    [Fact]
    public void Remove_AnotherAsidBeforeTheDescriptorIsSeen_IsTheOneThatIsInvalidated()
    {
        PlainMemory memory = new(0x1000) { Maintenance = [] };
        PlainMachine<Asids8> machine = new(memory, 0);
        memory.BeforeSharedAccess = _ => _owner.Word = AsidWord.Of(2, 7);
        PageInvalidation.Remove(ref machine, ref _owner, new VirtualAddress(Page));
        Assert.Equal([(nameof(IMachine.RemovePage), Page, 7u)], memory.Maintenance);
    }

    [Theory]
    [InlineData(0b00, StepKind.TlbPage)] // unknown
    [InlineData(0b01, StepKind.TlbPageLocal)]
    [InlineData(0b10, StepKind.TlbPage)]
    [InlineData(0b11, StepKind.TlbPage)]
    public void Remove_CoresThatMayHoldThePage_AreTold(uint cores, StepKind expected)
    {
        using Machine machine = Machine.Create<CortexA7>(1u << 20);
        ModelMachine<CortexA7> core = machine.GetCore<CortexA7>(0);
        _owner.Cores = cores;
        PageInvalidation.Remove(ref core, ref _owner, new VirtualAddress(Page));
        Assert.Equal(1, machine.Cores[0].CountOf(expected));
        Assert.Equal(1, machine.Cores[0].CountOf(StepKind.TlbPage) + machine.Cores[0].CountOf(StepKind.TlbPageLocal));
    }

    [Fact]
    public void Remove_PredictorsThatNeedMaintenance_AreInvalidatedBeforeTheLastBarriers()
    {
        using Machine machine = Machine.Create<IncoherentWalks>(1u << 20);
        ModelMachine<IncoherentWalks> core = machine.GetCore<IncoherentWalks>(0);
        PageInvalidation.Remove(ref core, ref _owner, new VirtualAddress(Page));
        Assert.Equal(1, machine.Cores[0].CountOf(StepKind.BranchPredictors));
        Assert.Equal(3, machine.Cores[0].CountOf(StepKind.DataBarrier));
    }
}
