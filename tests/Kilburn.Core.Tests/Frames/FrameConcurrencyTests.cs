using System;
using System.Collections.Generic;
using System.Threading;
using Kilburn.Core.Frames;
using Kilburn.Core.Tests.Machines;
using Xunit;

namespace Kilburn.Core.Tests.Frames;

/// <summary>Four cores, a thread each, on one allocator. The book of <see cref="FrameWorld"/> refuses what is given out twice.</summary>
public sealed class FrameConcurrencyTests
{
    private const uint MiB = FrameWorld.MiB;
    private const int Rounds = 2000;

    [Fact]
    public void Free_TheSamePageOnAllCores_SucceedsOnce() => FreeOnAllCores(FrameUse.Page);

    [Fact]
    public void Free_TheSameSecondLevelTableOnAllCores_SucceedsOnce() => FreeOnAllCores(FrameUse.SecondLevelTable);

    [Fact]
    public void Free_TheSameFirstLevelTableOnAllCores_SucceedsOnce() => FreeOnAllCores(FrameUse.FirstLevelTable);

    [Fact]
    public void Free_TheSameLargeBlockOnAllCores_SucceedsOnce() => FreeOnAllCores(FrameUse.LargeBlock);

    [Fact]
    public void Share_AndFreeOnAllCores_LosesNoOwner()
    {
        FrameWorld world = FrameWorld.Start(8 * MiB);
        uint page = world.Take(FrameUse.Page);
        OnAllCores(core =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                Assert.Equal(VmStatus.Ok, world.Share(page, core));
                Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page, core));
            }
        });

        Assert.Equal(1u, world.Describe(page).OwnerCount);
        Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, page));
        Assert.Empty(world.Given);
    }

    [Fact]
    public void AnyOperations_OnAllCores_GiveNothingOutTwiceAndLoseNothing()
    {
        FrameWorld world = FrameWorld.Start(32 * MiB);
        FrameStatistics before = world.Statistics;
        Queue<(FrameUse Use, uint Address)> passedOn = new();
        OnAllCores(core =>
        {
            Random random = new((int)core);
            List<(FrameUse Use, uint Address)> own = [];
            for (int step = 0; step < Rounds; step++)
            {
                FrameUse use = (FrameUse)Math.Max(0, random.Next(12) - 7);
                if (random.Next(2) == 0 && world.Allocate(use, out uint address, FrameContents.AsLeft, core) == VmStatus.Ok)
                {
                    own.Add((use, address));
                }
                else if (own.Count > 0)
                {
                    int index = random.Next(own.Count);
                    (FrameUse Use, uint Address) given = own[index];
                    own.RemoveAt(index);
                    lock (passedOn)
                    {
                        // What a core frees is what another has taken.
                        passedOn.Enqueue(given);
                        given = passedOn.Dequeue();
                    }

                    Assert.Equal(VmStatus.Ok, world.Free(given.Use, given.Address, core));
                }
            }

            foreach ((FrameUse use, uint address) in own)
            {
                Assert.Equal(VmStatus.Ok, world.Free(use, address, core));
            }
        });

        world.DrainAll();
        Assert.Empty(world.Given);
        Assert.Equal(before, world.Statistics with { OutOfFramesFailures = 0 });
    }

    private static void FreeOnAllCores(FrameUse use)
    {
        FrameWorld world = FrameWorld.Start(24 * MiB);
        FrameStatistics before = world.Statistics;
        uint address = 0;
        int freed = 0;
        int refused = 0;
        using Barrier barrier = new(PlainMemory.CoreCount, _ => address = world.Take(use));
        OnAllCores(core =>
        {
            for (int round = 0; round < Rounds / 10; round++)
            {
                barrier.SignalAndWait();
                uint mine = Volatile.Read(ref address);
                VmStatus status = world.Free(use, mine, core);
                _ = Interlocked.Increment(ref status == VmStatus.Ok ? ref freed : ref refused);
                Assert.True(status is VmStatus.Ok or VmStatus.AlreadyFree, $"{status}");
            }
        });

        Assert.Equal(Rounds / 10, freed);
        Assert.Equal(Rounds / 10 * (PlainMemory.CoreCount - 1), refused);
        world.DrainAll();
        Assert.Equal(before with { AlreadyFreeFailures = (uint)refused }, world.Statistics);
    }

    private static void OnAllCores(Action<uint> work)
    {
        Exception? failure = null;
        Thread[] threads = new Thread[PlainMemory.CoreCount];
        for (uint core = 0; core < PlainMemory.CoreCount; core++)
        {
            uint mine = core;
            threads[core] = new Thread(() =>
            {
                try
                {
                    work(mine);
                }
                catch (Exception exception)
                {
                    failure = exception;
                }
            });
            threads[core].IsBackground = true;
            threads[core].Start();
        }

        foreach (Thread thread in threads)
        {
            Assert.True(thread.Join(TimeSpan.FromSeconds(60)), $"a core hangs: {failure}");
        }

        Assert.Null(failure);
    }
}
