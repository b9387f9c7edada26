using System;
using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Core.Tests.Machines;
using Xunit;
using Machine = Kilburn.Core.Tests.Machines.PlainMachine<Kilburn.Core.Tests.Machines.Asids256>;

namespace Kilburn.Core.Tests.Frames;

/// <summary>Memory, an allocator over it, and a book of what is given out that refuses overlaps.</summary>
internal sealed class FrameWorld : FrameWorldOn<Machine>
{
    public const uint MiB = 1u << 20;
    public const uint Rubbish = 0xA5A5_5A5A;

    private readonly Dictionary<uint, (FrameUse Use, uint LengthInBytes)> _given = [];
    private readonly HashSet<uint> _granules = [];

    public FrameWorld(PlainMemory memory)
    {
        Memory = memory;
        Memory.OnFrames = Note;
    }

    public PlainMemory Memory { get; }

    /// <summary>What is given out, by its first byte.</summary>
    public IReadOnlyDictionary<uint, (FrameUse Use, uint LengthInBytes)> Given => _given;

    /// <summary>One bank from 0, all of it managed but the first MiB.</summary>
    public static FrameWorld Start(uint lengthInBytes)
    {
        FrameWorld world = new(new PlainMemory(lengthInBytes));
        MemoryMap map = default;
        Assert.Equal(VmStatus.Ok, map.TryAddBank(Range(0, lengthInBytes)));
        Assert.Equal(VmStatus.Ok, world.TryStart(map, MiB));
        return world;
    }

    public static PhysicalRange Range(uint start, uint lengthInBytes) => new(new PhysicalAddress(start), lengthInBytes);

    public static uint LengthOf(FrameUse use) => use switch
    {
        FrameUse.Page => 1u << 12,
        FrameUse.SecondLevelTable => 1u << 10,
        FrameUse.FirstLevelTable => 1u << 13,
        FrameUse.FullFirstLevelTable => 1u << 14,
        FrameUse.LargeBlock => 1u << 16,
        FrameUse.SectionBlock => 1u << 20,
        _ => 1u << 24,
    };

    public override Machine Core(uint index) => new(Memory, index);

    public override bool IsIdle(uint core) => Memory.IsIdle(core);

    public Span<uint> Words(uint address, uint lengthInBytes) =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(Memory.At(new PhysicalAddress(address), lengthInBytes));

    private void Note(FrameChange change, FrameUse use, PhysicalRange range)
    {
        lock (_given)
        {
            uint start = range.Start.Value;
            Assert.Equal(LengthOf(use), range.LengthInBytes);
            Assert.True(range.Start.IsAligned(range.LengthInBytes));
            if (change == FrameChange.Taken)
            {
                Assert.True(_given.TryAdd(start, (use, range.LengthInBytes)), $"0x{start:x8} is given out twice");
                for (uint granule = start >> 10; granule < (start + range.LengthInBytes) >> 10; granule++)
                {
                    Assert.True(_granules.Add(granule), $"0x{granule << 10:x8} is given out twice");
                }
            }
            else
            {
                Assert.True(_given.Remove(start, out (FrameUse Use, uint LengthInBytes) given));
                Assert.Equal(use, given.Use);
                for (uint granule = start >> 10; granule < (start + range.LengthInBytes) >> 10; granule++)
                {
                    Assert.True(_granules.Remove(granule));
                }
            }
        }
    }
}
