using Kilburn.Core.Addresses;
using Kilburn.Kernel.Processes;
using Kilburn.SystemCalls;
using Xunit;

namespace Kilburn.Kernel.Tests.Processes;

public sealed class ProcessStartTests
{
    private const uint ReadWrite = (uint)(MapFlags.Read | MapFlags.Write);

    [Fact]
    public void TrySpawn_PlacesAreLow_TwoProcessesMapAtTheSamePlace()
    {
        using ProcessFixture fixture = new();
        Assert.Equal(0u, fixture.Process.Space.ReadPlacementSeed(ref fixture.Kernel.Core));
        uint place = fixture.Call(SystemCall.Map, 0, 0x1000, ReadWrite).Value;
        _ = fixture.StartProgram(out VirtualAddress _);
        fixture.CallAndSwitch(SystemCall.Yield);
        Assert.Equal(place, fixture.Call(SystemCall.Map, 0, 0x1000, ReadWrite).Value);
    }

    [Fact]
    public void TrySpawn_PlacesAreRandom_EachProcessHasASeedOfItsOwn()
    {
        using ProcessFixture fixture = new();
        fixture.System.Places = RangePlaces.Random;
        _ = fixture.StartProgram(out VirtualAddress one);
        _ = fixture.StartProgram(out VirtualAddress other);
        uint first = fixture.ProcessAt(one).Space.ReadPlacementSeed(ref fixture.Kernel.Core);
        uint second = fixture.ProcessAt(other).Space.ReadPlacementSeed(ref fixture.Kernel.Core);

        Assert.NotEqual(0u, first);
        Assert.NotEqual(0u, second);
        Assert.NotEqual(first, second); // fails once in 2^32 runs
        fixture.CallAndSwitch(SystemCall.Yield);
        uint place = fixture.Call(SystemCall.Map, 0, 0x1000, ReadWrite).Value;
        Assert.NotEqual(first, fixture.Process.Space.ReadPlacementSeed(ref fixture.Kernel.Core));
        Assert.Equal(0u, place & 0xFFF);
    }

    [Fact]
    public void TryClone_PlacesAreRandom_ChildGoesOnWithItsParentsSeed()
    {
        using ProcessFixture fixture = new();
        fixture.Process.Space.SetPlacementSeed(ref fixture.Kernel.Core, 7);
        _ = fixture.Call(SystemCall.Clone);
        fixture.CallAndSwitch(SystemCall.Yield);
        Assert.Equal(7u, fixture.Process.Space.ReadPlacementSeed(ref fixture.Kernel.Core));
    }
}
