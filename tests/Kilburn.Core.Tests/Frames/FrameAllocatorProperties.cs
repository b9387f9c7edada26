using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Core.Tests.Machines;
using Xunit;

namespace Kilburn.Core.Tests.Frames;

/// <summary>Any layout of memory and any sequence of operations, against a plain set of free frames, on the machine that the environment names.</summary>
[Trait("Machine", "Named")]
public sealed class FrameAllocatorProperties
{
    private const uint MiB = FrameWorld.MiB;
    private const uint MemoryLength = 40 * MiB;

    private static readonly FrameUse[] s_uses = Enum.GetValues<FrameUse>();

    // Memory is used again as the last run left it: dirty.
    [ThreadStatic]
    private static PlainMemory? s_memory;

    private static readonly Gen<PhysicalRange> s_range = Gen.OneOf(
        Gen.Select(Gen.UInt[0, 39], Gen.UInt[1, 20], (start, length) => Range(start * MiB, length * MiB)),
        Gen.Select(Gen.UInt[0, MemoryLength - 1], Gen.UInt[1, 20 * MiB], Range),
        Gen.Select(Gen.UInt[0, MemoryLength - 1], Gen.UInt[1, 300_000], Range));

    private static readonly Gen<(PhysicalRange[] Banks, PhysicalRange[] Reserved, uint FirstUsable)> s_layout =
        Gen.Select(
            s_range.Array[1, MemoryMap.BankCapacity],
            s_range.Where(range => range.LengthInBytes < 4 * MiB).Array[0, 5],
            Gen.OneOf(Gen.UInt[0, 3 * MiB], Gen.UInt[0, MemoryLength]));

    [Fact]
    public void AnyLayout_AnyOperations_AgreeWithASetOfFrames() =>
        Gen.Select(s_layout, Gen.Select(Gen.Int[0, 99], Gen.UInt).Array[0, 300]).Sample(
            (layout, operations) =>
            {
                if (NamedMachine.IsHostile)
                {
                    using ModelFrameWorld hostile = new(MemoryLength);
                    Run(hostile, layout, operations);
                }
                else
                {
                    FrameWorld plain = new(s_memory ??= new PlainMemory(MemoryLength));
                    Run(plain, layout, operations);
                    Assert.Empty(plain.Given);
                }
            },
            iter: 300 / NamedMachine.SampleDivisor);

    private static PhysicalRange Range(uint start, uint length) =>
        FrameWorld.Range(start, Math.Min(length, MemoryLength - start));

    private static void Run<TMachine>(
        FrameWorldOn<TMachine> world,
        (PhysicalRange[] Banks, PhysicalRange[] Reserved, uint FirstUsable) layout,
        (int Kind, uint Choice)[] operations)
        where TMachine : struct, IMachine
    {
        MemoryMap map = default;
        HashSet<uint> free = [];
        foreach (PhysicalRange bank in layout.Banks)
        {
            _ = map.TryAddBank(bank);
        }

        // What the map took: a frame that two touching banks share is whole.
        bool[] isMemory = new bool[MemoryLength >> 10];
        byte[] parts = new byte[MemoryLength >> 12];
        for (uint frame = 0; frame < MemoryLength >> 12; frame++)
        {
            uint bytes = 0;
            for (int index = 0; index < map.BankCount; index++)
            {
                bytes += Overlap(map.GetBank(index), frame);
            }

            if (bytes == 4096 && frame != 0 && (frame << 12) >= layout.FirstUsable)
            {
                _ = free.Add(frame);
            }
        }

        foreach (PhysicalRange reserved in layout.Reserved)
        {
            Assert.Equal(VmStatus.Ok, map.TryReserve(reserved));
            for (uint frame = reserved.Start.FrameNumber; frame <= (reserved.End.Value - 1) >> 12; frame++)
            {
                _ = free.Remove(frame);
            }
        }

        VmStatus status = world.TryStart(map, layout.FirstUsable);
        if (status != VmStatus.Ok)
        {
            // Only when no run of frames could hold 4.5 bytes per frame and something.
            Assert.Equal(VmStatus.OutOfFrames, status);
            Assert.True(free.Count < 2000 || layout.Reserved.Length > 0, $"{free.Count} frames free");
            return;
        }

        FrameStatistics start = world.Statistics;
        uint metadata = free.Min();
        while (world.Describe(metadata << 12).State != FrameState.Metadata)
        {
            metadata++;
        }

        for (uint index = 0; index < start.MetadataFrames; index++)
        {
            Assert.Equal(FrameState.Metadata, world.Describe((metadata + index) << 12).State);
            Assert.True(free.Remove(metadata + index));
        }

        Assert.Equal((uint)free.Count, start.FreeFrames);
        Assert.Equal((uint)free.Count, start.ManagedFrames);
        for (uint frame = 0; frame < MemoryLength >> 12; frame++)
        {
            Assert.Equal(free.Contains(frame), world.Describe(frame << 12).State == FrameState.Free);
        }

        Book<TMachine> book = new(world, free);
        foreach ((int kind, uint choice) in operations)
        {
            book.Do(kind, choice);
        }

        book.FreeAll();
        FrameStatistics end = world.Statistics;
        Assert.Equal(start, Forget(end));
    }

    private static uint Overlap(PhysicalRange range, uint frame)
    {
        uint first = Math.Max(range.Start.Value, frame << 12);
        uint end = Math.Min(range.End.Value, (frame + 1) << 12);
        return end > first ? end - first : 0;
    }

    private static FrameStatistics Forget(FrameStatistics statistics) => statistics with
    {
        OutOfFramesFailures = 0,
        AlreadyFreeFailures = 0,
        NotManagedFailures = 0,
        WrongKindFailures = 0,
        MisalignedFailures = 0,
    };

    private sealed class Book<TMachine>(FrameWorldOn<TMachine> world, HashSet<uint> free)
        where TMachine : struct, IMachine
    {
        private readonly List<(FrameUse Use, uint Address)> _given = [];
        private readonly Dictionary<uint, uint> _tablesOfFrame = [];

        public void Do(int kind, uint choice)
        {
            uint core = choice & 3;
            uint number = choice >> 2;
            switch (kind)
            {
                case < 50:
                    Allocate(kind < 20 ? FrameUse.Page : s_uses[kind % s_uses.Length], core, kind % 10 == 0 ? 100 : 1);
                    break;
                case < 90 when _given.Count > 0:
                    for (int count = kind % 10 == 0 ? 80 : 1; count > 0 && _given.Count > 0; count--)
                    {
                        Free((int)(number % (uint)_given.Count), core);
                        number = (number * 7) + 3;
                    }

                    break;
                default:
                    FreeWrongly(s_uses[number % s_uses.Length], number * 1024 % MemoryLength, core);
                    break;
            }
        }

        public void FreeAll()
        {
            while (_given.Count > 0)
            {
                Free(_given.Count - 1, (uint)_given.Count & 3);
            }

            world.DrainAll();
        }

        private void Allocate(FrameUse use, uint core, int count)
        {
            for (; count > 0; count--)
            {
                VmStatus status = world.Allocate(use, out uint address, FrameContents.AsLeft, core);
                if (status != VmStatus.Ok)
                {
                    // What other cores hold is not reached; with that given back the answer is exact.
                    Assert.Equal(VmStatus.OutOfFrames, status);
                    Assert.Equal(0u, address);
                    world.DrainAll();
                    status = world.Allocate(use, out address, FrameContents.AsLeft, core);
                }

                Assert.Equal(CanAllocate(use), status == VmStatus.Ok);
                if (status != VmStatus.Ok)
                {
                    return;
                }

                _given.Add((use, address));
                if (use == FrameUse.SecondLevelTable)
                {
                    uint frame = address >> 12;
                    if (!_tablesOfFrame.TryGetValue(frame, out uint tables))
                    {
                        Assert.True(free.Remove(frame));
                    }

                    _tablesOfFrame[frame] = tables + 1;
                    return;
                }

                for (uint frame = address >> 12; frame < (address + FrameWorld.LengthOf(use)) >> 12; frame++)
                {
                    Assert.True(free.Remove(frame), $"frame {frame} is not free");
                }
            }
        }

        private bool CanAllocate(FrameUse use)
        {
            if (use == FrameUse.SecondLevelTable && _tablesOfFrame.Values.Any(tables => tables < 4))
            {
                return true;
            }

            uint frames = Math.Max(1, FrameWorld.LengthOf(use) >> 12);
            return free.Any(frame =>
                frame % frames == 0 && Enumerable.Range((int)frame, (int)frames).All(next => free.Contains((uint)next)));
        }

        private void Free(int index, uint core)
        {
            (FrameUse use, uint address) = _given[index];
            _given[index] = _given[^1];
            _given.RemoveAt(_given.Count - 1);
            Assert.Equal(VmStatus.Ok, world.Free(use, address, core));
            if (use == FrameUse.SecondLevelTable)
            {
                if (--_tablesOfFrame[address >> 12] == 0)
                {
                    _ = _tablesOfFrame.Remove(address >> 12);
                    Assert.True(free.Add(address >> 12));
                }

                return;
            }

            for (uint frame = address >> 12; frame < (address + FrameWorld.LengthOf(use)) >> 12; frame++)
            {
                Assert.True(free.Add(frame));
            }
        }

        private void FreeWrongly(FrameUse use, uint address, uint core)
        {
            if (_given.Contains((use, address)))
            {
                return;
            }

            FrameStatistics before = Forget(world.Statistics);
            FrameState state = world.Describe(address).State;
            VmStatus expected = (address & (FrameWorld.LengthOf(use) - 1)) != 0
                ? VmStatus.Misaligned
                : state == FrameState.Free
                    ? VmStatus.AlreadyFree
                    : state != FrameState.Used
                        ? VmStatus.NotManaged
                        : use == FrameUse.SecondLevelTable && _tablesOfFrame.ContainsKey(address >> 12)
                            ? VmStatus.AlreadyFree
                            : VmStatus.WrongKind;
            Assert.Equal(expected, world.Free(use, address, core));
            Assert.Equal(before, Forget(world.Statistics));
        }
    }
}
