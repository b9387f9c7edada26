using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;
using Kilburn.Core.Tests.Machines;
using Xunit;

namespace Kilburn.Core.Tests.Kernel;

/// <summary>Any sequence of calls, against a plain list of blocks, on the machine that the environment names.</summary>
[Trait("Machine", "Named")]
public sealed class KernelHeapPropertyTests
{
    private const uint MemoryInBytes = 16u << 20;

    private enum Verb
    {
        Allocate,
        AllocateAligned,
        Free,
        Resize,
        FreeBadly,
        Trim,
        MapDevice,
        UnmapDevice,
        Starve,
    }

    private static Gen<uint> AnyLength => Gen.Frequency(
        (6, Gen.UInt[1, 300]), (4, Gen.UInt[1, 4096]), (2, Gen.UInt[1, 40_000]), (1, Gen.UInt[1, 200_000]));

    private static Gen<Verb> AnyVerb => Gen.Frequency(
        (8, Gen.Const(Verb.Allocate)),
        (2, Gen.Const(Verb.AllocateAligned)),
        (7, Gen.Const(Verb.Free)),
        (3, Gen.Const(Verb.Resize)),
        (1, Gen.Const(Verb.FreeBadly)),
        (1, Gen.Const(Verb.Trim)),
        (1, Gen.Const(Verb.MapDevice)),
        (1, Gen.Const(Verb.UnmapDevice)),
        (1, Gen.Const(Verb.Starve)));

    [Fact]
    public void AnySequence_BlocksAreApartAndKeepTheirContents()
    {
        if (NamedMachine.IsHostile)
        {
            CheckContents(() => new ModelKernelHalf());
        }
        else
        {
            CheckContents(() => new KernelHalf(MemoryInBytes));
        }
    }

    [Fact]
    public void AnySequence_ThatFreesEverything_LeavesAllFrames()
    {
        if (NamedMachine.IsHostile)
        {
            CheckFrames(() => new ModelKernelHalf());
        }
        else
        {
            CheckFrames(() => new KernelHalf(MemoryInBytes));
        }
    }

    [Fact]
    public void AnyOperation_OutOfFramesAtEachOfItsFrames_ChangesNothing()
    {
        if (NamedMachine.IsHostile)
        {
            CheckFailures(() => new ModelKernelHalf());
        }
        else
        {
            CheckFailures(() => new KernelHalf(MemoryInBytes));
        }
    }

    private static void CheckContents<TMachine>(Func<KernelHalfOn<TMachine>> start)
        where TMachine : struct, IMachine =>
        Gen.Select(AnyVerb, AnyLength, Gen.UInt).Array[1, 120].Sample(
            steps =>
            {
                using KernelHalfOn<TMachine> half = start();
                Reference<TMachine> reference = new(half);
                foreach ((Verb verb, uint length, uint choice) in steps)
                {
                    reference.Do(verb, length, choice);
                }

                reference.Check();
            },
            iter: 300 / NamedMachine.SampleDivisor);

    private static void CheckFrames<TMachine>(Func<KernelHalfOn<TMachine>> start)
        where TMachine : struct, IMachine =>
        Gen.Select(AnyLength, Gen.UInt).Array[1, 60].Sample(
            steps =>
            {
                using KernelHalfOn<TMachine> half = start();
                uint free = 0;
                for (int round = 0; round < 2; round++)
                {
                    // The second round finds every second-level table that it needs.
                    List<VirtualAddress> blocks = [.. steps.Select(step => half.Allocate(step.Item1))];
                    foreach ((_, uint choice) in steps)
                    {
                        int index = (int)(choice % (uint)blocks.Count);
                        half.Free(blocks[index]);
                        blocks.RemoveAt(index);
                    }

                    half.Trim();
                    Assert.Equal(KernelHeapLayout.FirstPage, half.Window.HeapEnd);
                    Assert.True(round == 0 || half.FreeFrames == free);
                    free = half.FreeFrames;
                }
            },
            iter: 200 / NamedMachine.SampleDivisor);

    private static void CheckFailures<TMachine>(Func<KernelHalfOn<TMachine>> start)
        where TMachine : struct, IMachine =>
        Gen.Select(AnyLength, Gen.UInt[0, 16], Gen.Bool).Sample(
            (length, alignmentShift, isResize) =>
            {
                for (int left = 0; ; left++)
                {
                    using KernelHalfOn<TMachine> half = start();
                    VirtualAddress block = half.Allocate(3000);
                    half.Fill(block, 3000, 7);
                    half.LeaveFrames(left);
                    uint free = half.FreeFrames;
                    VirtualAddress end = half.Window.HeapEnd;
                    VmStatus status = isResize
                        ? half.TryResize(block, length, out VirtualAddress result)
                        : half.TryAllocateAligned(length, 1u << (int)alignmentShift, out result);
                    if (status == VmStatus.Ok)
                    {
                        Assert.True(half.Holds(isResize ? result : block, length < 3000 && isResize ? length : 3000, 7));
                        return;
                    }

                    Assert.Equal(VmStatus.OutOfFrames, status);
                    Assert.Equal(default, result);
                    Assert.Equal(end, half.Window.HeapEnd);
                    Assert.True(half.Holds(block, 3000, 7));
                    Assert.InRange(half.FreeFrames, free >= 4 ? free - 4 : 0, free); // tables that were linked stay
                    Assert.Equal(block, Assert.Single(half.ListBlocks()).Address);
                    half.RestoreFrames();
                    half.Free(block);
                }
            },
            iter: 60 / NamedMachine.SampleDivisor);

    private sealed class Reference<TMachine>(KernelHalfOn<TMachine> half)
        where TMachine : struct, IMachine
    {
        private readonly List<(VirtualAddress Address, uint Length, uint Seed)> _blocks = [];
        private readonly List<(VirtualAddress Address, PhysicalRange Range)> _devices = [];
        private uint _seed;

        public void Do(Verb verb, uint length, uint choice)
        {
            switch (verb)
            {
                case Verb.Allocate:
                    Add(half.Allocate(length), length);
                    break;
                case Verb.AllocateAligned:
                    uint alignment = 1u << (int)(choice % 17);
                    Assert.Equal(VmStatus.Ok, half.TryAllocateAligned(length, alignment, out VirtualAddress aligned));
                    Assert.True(aligned.IsAligned(alignment));
                    Add(aligned, length);
                    break;
                case Verb.Free when _blocks.Count != 0:
                    (VirtualAddress freed, uint freedLength, uint freedSeed) = Take(choice);
                    Assert.True(half.Holds(freed, freedLength, freedSeed));
                    half.Free(freed);
                    break;
                case Verb.Resize when _blocks.Count != 0:
                    (VirtualAddress old, uint oldLength, uint oldSeed) = Take(choice);
                    Assert.Equal(VmStatus.Ok, half.TryResize(old, length, out VirtualAddress resized));
                    Assert.True(half.Holds(resized, uint.Min(oldLength, length), oldSeed));
                    Add(resized, length);
                    break;
                case Verb.FreeBadly:
                    VirtualAddress bad = KernelHeapLayout.FirstPage.Add(choice % (4u << 20));
                    if (!_blocks.Exists(block => block.Address == bad))
                    {
                        Assert.NotEqual(VmStatus.Ok, half.TryFree(bad));
                    }

                    break;
                case Verb.Trim:
                    half.Trim();
                    break;
                case Verb.MapDevice:
                    PhysicalRange range = new(new PhysicalAddress(0x3F00_0000 + (choice & 0xF_FFFF)), length);
                    Assert.Equal(VmStatus.Ok, half.TryMap(range, out VirtualAddress device));
                    _devices.Add((device, range));
                    break;
                case Verb.UnmapDevice when _devices.Count != 0:
                    int index = (int)(choice % (uint)_devices.Count);
                    Assert.Equal(VmStatus.Ok, half.TryUnmap(_devices[index].Address));
                    _devices.RemoveAt(index);
                    break;
                case Verb.Starve:
                    half.LeaveFrames((int)(choice % 4));
                    if (half.TryAllocate(length, out VirtualAddress lucky) == VmStatus.Ok)
                    {
                        Add(lucky, length);
                    }

                    half.RestoreFrames();
                    break;
                default:
                    break;
            }

            half.AssertNoLockIsHeld();
        }

        public void Check()
        {
            foreach ((VirtualAddress address, uint length, uint seed) in _blocks)
            {
                Assert.True(half.Holds(address, length, seed));
            }

            List<HeapBlock> listed = half.ListBlocks();
            Assert.Equal(_blocks.Select(block => block.Address.Value).Order(), listed.Select(block => block.Address.Value));
            for (int index = 1; index < listed.Count; index++)
            {
                Assert.True(listed[index - 1].Address.Add(listed[index - 1].LengthInBytes) <= listed[index].Address);
            }

            foreach ((VirtualAddress address, PhysicalRange range) in _devices)
            {
                Assert.Equal(range.Start.AlignDown(PageSize.Small), half.Walk(address));
            }
        }

        private void Add(VirtualAddress address, uint length)
        {
            _seed++;
            half.Fill(address, length, _seed);
            _blocks.Add((address, length, _seed));
        }

        private (VirtualAddress Address, uint Length, uint Seed) Take(uint choice)
        {
            int index = (int)(choice % (uint)_blocks.Count);
            (VirtualAddress, uint, uint) block = _blocks[index];
            _blocks.RemoveAt(index);
            return block;
        }
    }
}
