using Kilburn.Core.Addresses;
using Kilburn.Core.Tables;
using Kilburn.Model;
using Kilburn.Model.Cores;
using Kilburn.Model.Profiles;
using Xunit;

namespace Kilburn.Core.Tests.Tables;

[Trait("Machine", "Named")]
public sealed class DescriptorTests
{
    [Fact]
    public void Write_WalksThatSeeTheCache_StoresWithoutAClean() => Assert.Equal(0, CleansOfAWrite<CortexA7>());

    [Fact]
    public void Write_WalksThatMissTheCache_CleansTheWord() => Assert.Equal(1, CleansOfAWrite<IncoherentWalks>());

    private static long CleansOfAWrite<TProfile>()
        where TProfile : struct, IProcessorProfile
    {
        using Machine machine = Machine.Create<TProfile>(1u << 20);
        ModelMachine<TProfile> core = machine.GetCore<TProfile>(0);
        PhysicalAddress entry = new(0x4004);
        Descriptor.Write(ref core, entry, 0x0051_0402);
        Assert.Equal(0x0051_0402u, core.ReadWord(entry));
        return machine.Cores[0].CountOf(StepKind.CleanToUnification);
    }
}
