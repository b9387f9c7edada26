using System;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Model.Profiles;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>One space of writable memory, 40 MiB, that two cores run and change: what <see cref="FaultsUnderEveryScheduleTests"/> and <see cref="FaultsAgainstChangesUnderEveryScheduleTests"/> are about.</summary>
internal sealed class SharedSpaceWorld
{
    public const uint Base = 0x0040_0000;
    public const uint Page = 0x1000;
    public const uint MiB = 0x10_0000;
    public const uint Length = 40 * MiB;
    private const uint EndOfWorld = 128 * MiB;

    public ModelSpaces<FewAsids> System = new(memoryInMiB: 4);
    public AddressSpace Space;
    public AddressSpace Child;
    public FaultOutcome[] Outcomes = new FaultOutcome[2];
    public VmStatus Status;
    public VirtualAddress Place;
    private readonly (uint Pages, uint Second, uint First) _empty;

    public SharedSpaceWorld()
    {
        System.OpenUser();
        _empty = System.Held;
        Space = System.Create();
        Assert.Equal(VmStatus.Ok, TryMap(Base, Length, UserRights.ReadWrite, 0));
        System.Activate(Space, 0);
        System.Activate(Space, 1);

        // What each core has at hand: no list of free frames has to be asked.
        Touch(Base + (38 * MiB), 1, 0);
        Touch(Base + (39 * MiB), 1, 1);
    }

    /// <summary>What both cores do, under many schedules, and what holds at the end of each.</summary>
    public static void Explore(
        Action<SharedSpaceWorld> setUp,
        Action<SharedSpaceWorld> first,
        Action<SharedSpaceWorld> second,
        Action<SharedSpaceWorld> atEnd) => Schedules.Explore(
            () => new SharedSpaceWorld(),
            world => world.System.Machine,
            setUp,
            first,
            second,
            world =>
            {
                atEnd(world);
                world.End();
            });

    public SpaceCounters Counters
    {
        get
        {
            Space.ReadCounters(ref System.Cores[0], out SpaceCounters counters);
            return counters;
        }
    }

    public void Touch(uint address, uint word, int core) => Assert.Equal(FaultOutcome.Resolved, Write(address, word, core));

    public FaultOutcome Write(uint address, uint word, int core) =>
        Outcomes[core] = System.Write(Space, address, word, core);

    public uint Read(uint address, int core = 0) => System.Read(address, core);

    public FaultOutcome Resolve(uint address, FaultAccess access, FaultStatus status, int core)
    {
        FaultReport report = new(status, access, new VirtualAddress(address), 1);
        return Outcomes[core] = Space.Resolve(ref System.Cores[core], ref System.Memory.Frames, in report);
    }

    public VmStatus TryMap(uint address, uint length, UserRights rights, int core)
    {
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(address),
            LengthInBytes = length,
            Kind = RangeKind.Anonymous,
            Rights = rights,
        };
        return Space.TryMap(ref System.Cores[core], ref System.Memory.Frames, in request, out _);
    }

    public VmStatus TryMapPage(uint address, int core) => Space.TryMapNewPage(
        ref System.Cores[core],
        ref System.Memory.Frames,
        new VirtualAddress(address),
        AccessPermission.ReadWrite,
        Execution.Never,
        out _);

    public VmStatus TryUnmapPage(uint address, int core) =>
        Space.TryUnmapPage(ref System.Cores[core], ref System.Memory.Frames, new VirtualAddress(address));

    public VmStatus TryUnmap(uint address, uint length, int core) => Space.TryUnmap(
        ref System.Cores[core], ref System.Memory.Frames, new VirtualRange(new VirtualAddress(address), length));

    public VmStatus TryProtect(uint address, uint length, UserRights rights, int core) => Space.TryProtect(
        ref System.Cores[core], ref System.Memory.Frames, new VirtualRange(new VirtualAddress(address), length), rights);

    public VmStatus TryAdvise(uint address, uint length, RangeAdvice advice, int core) => Space.TryAdvise(
        ref System.Cores[core], ref System.Memory.Frames, new VirtualRange(new VirtualAddress(address), length), advice);

    public VmStatus TryMove(uint address, uint length, int core) => Space.TryMove(
        ref System.Cores[core],
        ref System.Memory.Frames,
        new VirtualRange(new VirtualAddress(address), length),
        RangePlacement.Anywhere,
        default,
        out Place);

    public VmStatus TryClone(int core) =>
        System.Memory.Spaces.TryClone(ref System.Cores[core], ref System.Memory.Frames, Space, out Child);

    public void Limit(uint residentPages = SpaceLimits.None, uint tables = SpaceLimits.None)
    {
        SpaceLimits limits = new() { ReservedPages = SpaceLimits.None, ResidentPages = residentPages, Tables = tables };
        Space.SetLimits(ref System.Cores[0], in limits);
    }

    /// <summary>Ends all spaces: what they had is free, and what was taken out of them is what was counted.</summary>
    public void End()
    {
        Assert.Equal(VmStatus.Ok, TryUnmap(MiB, EndOfWorld - MiB, 0));
        SpaceCounters counters = Counters;
        Assert.Equal((0u, 0u, 0u), (counters.ReservedPages, counters.ResidentPages, counters.Tables));
        Assert.Equal((0u, 0u, 0u), (counters.SharedTables, counters.LargePages, counters.Sections));
        System.Leave(0);
        System.Leave(1);
        Assert.Equal(VmStatus.Ok, System.TryDestroy(Space));
        if (Child.ControlPage != default)
        {
            Assert.Equal(VmStatus.Ok, System.TryDestroy(Child));
        }

        Assert.Equal(_empty, System.Held);
    }
}
