using Kilburn.Core.Addresses;
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
    private uint _asidWord = AsidWord.Of(1, 5);

    [Fact]
    public void Remove_SameWordBeforeAndAfter_RemovesThePageOnce()
    {
        PlainMemory memory = new(0x1000) { Maintenance = [] };
        PlainMachine<Asids8> machine = new(memory, 0);
        PageInvalidation.Remove(ref machine, ref _asidWord, new VirtualAddress(Page));
        Assert.Equal([(nameof(IMachine.RemovePage), Page, 5u)], memory.Maintenance);
    }

    [Fact]
    public void Remove_AnotherAsidMeanwhile_IsInvalidatedAsWell()
    {
        PlainMemory memory = new(0x1000) { Maintenance = [] };
        PlainMachine<Asids8> machine = new(memory, 0);
        memory.BeforeSharedAccess = _ => _asidWord = AsidWord.Of(2, 7);
        PageInvalidation.Remove(ref machine, ref _asidWord, new VirtualAddress(Page));
        Assert.Equal([(nameof(IMachine.RemovePage), Page, 5u), (nameof(IMachine.InvalidatePage), Page, 7u)], memory.Maintenance);
    }

    [Fact]
    public void Remove_PredictorsThatNeedMaintenance_AreInvalidatedBeforeTheLastBarriers()
    {
        using Machine machine = Machine.Create<IncoherentWalks>(1u << 20);
        ModelMachine<IncoherentWalks> core = machine.GetCore<IncoherentWalks>(0);
        PageInvalidation.Remove(ref core, ref _asidWord, new VirtualAddress(Page));
        Assert.Equal(1, machine.Cores[0].CountOf(StepKind.BranchPredictors));
        Assert.Equal(3, machine.Cores[0].CountOf(StepKind.DataBarrier));
    }
}
