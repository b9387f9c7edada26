using System.Linq;
using Kilburn.Core.Kernel;
using Kilburn.Core.Tests.Machines;
using Xunit;

namespace Kilburn.Core.Tests.Frames;

/// <summary>Memory in pieces: pairs of a first byte and one past the last.</summary>
internal static class FrameMaps
{
    public static MemoryMap MapOf(uint[] banks, uint[] reserved)
    {
        MemoryMap map = default;
        for (int index = 0; index < banks.Length; index += 2)
        {
            Assert.Equal(VmStatus.Ok, map.TryAddBank(FrameWorld.Range(banks[index], banks[index + 1] - banks[index])));
        }

        for (int index = 0; index < reserved.Length; index += 2)
        {
            Assert.Equal(VmStatus.Ok, map.TryReserve(FrameWorld.Range(reserved[index], reserved[index + 1] - reserved[index])));
        }

        return map;
    }

    public static FrameWorld Start(uint[] banks, params uint[] reserved)
    {
        FrameWorld world = new(new PlainMemory(banks.Max()));
        Assert.Equal(VmStatus.Ok, world.TryStart(MapOf(banks, reserved), FrameWorld.MiB));
        return world;
    }
}
