using System;
using System.Collections.Generic;
using Kilburn.Core.Frames;
using Kilburn.Core.Tests.Spaces;
using Kilburn.Model;
using Kilburn.Model.Profiles;
using Kilburn.Model.Scheduling;
using Xunit;

namespace Kilburn.Core.Tests.Frames;

/// <summary>Two cores that free the same thing, under every schedule with two preemptions.</summary>
public sealed class FramesUnderEveryScheduleTests
{
    private const int PreemptionLimit = 2;
    private const long RunLimit = 5000;

    // More than a core keeps at hand, of 8 MiB.
    private const int FullStack = 100;

    public static TheoryData<FrameUse, bool> Frees => new()
    {
        { FrameUse.Page, false },
        { FrameUse.Page, true },
        { FrameUse.SecondLevelTable, false },
        { FrameUse.SecondLevelTable, true },
        { FrameUse.FirstLevelTable, false },
        { FrameUse.FirstLevelTable, true },
    };

    [Theory]
    [MemberData(nameof(Frees))]
    public void Free_TheSameOnTwoCores_SucceedsOnce(FrameUse use, bool isStackFull)
    {
        (Machine, IReadOnlyList<Action>, Action?) Make()
        {
            ModelSpaces<CortexA7> system = new(memoryInMiB: 8);
            (uint Pages, uint Second, uint First) before = system.Held;
            uint contested = Allocate(system, use);
            if (isStackFull)
            {
                FillStackOfFirstCore(system, use);
            }

            VmStatus[] status = new VmStatus[2];
            void FreeOn(int core) => status[core] = system.Memory.Frames.Free(ref system.Cores[core], use, contested);
            return (system.Machine, [() => FreeOn(0), () => FreeOn(1)], () =>
            {
                Assert.Contains(VmStatus.Ok, status);
                Assert.Contains(VmStatus.AlreadyFree, status);
                Assert.Equal(before, system.Held);
            }
            );
        }

        using CoreScheduler scheduler = new();
        (_, bool isComplete) = scheduler.Explore(Make, PreemptionLimit, RunLimit);
        Assert.True(isComplete);
    }

    private static void FillStackOfFirstCore(ModelSpaces<CortexA7> system, FrameUse use)
    {
        List<uint> taken = [];
        for (int index = 0; index < FullStack; index++)
        {
            taken.Add(Allocate(system, use));
        }

        foreach (uint address in taken)
        {
            Assert.Equal(VmStatus.Ok, system.Memory.Frames.Free(ref system.Cores[0], use, address));
        }
    }

    private static uint Allocate(ModelSpaces<CortexA7> system, FrameUse use)
    {
        Assert.Equal(VmStatus.Ok, system.Memory.Frames.Allocate(ref system.Cores[0], use, out uint address));
        return address;
    }
}
