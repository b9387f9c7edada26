using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Locks;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Faults while another core has the space's lock: most do without it, and some wait until it is free.</summary>
public sealed class AddressSpaceFaultLockTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Untouched = Base + (64 * Page);
    private const uint UntouchedMib = Base + MiB;
    private const int StepsOfTheOther = 2000; // more than any fault here takes

    private readonly SpaceFixture _fixture = new();

    /// <summary>What the range is.</summary>
    public enum Memory
    {
        Anonymous,
        Object,
        PagedObject,
    }

    [Theory]
    [InlineData(Memory.Anonymous, false, Untouched, FaultAccess.Write)]
    [InlineData(Memory.Anonymous, false, Untouched, FaultAccess.Read)]
    [InlineData(Memory.Anonymous, true, Untouched, FaultAccess.Write)]
    [InlineData(Memory.Anonymous, false, UntouchedMib, FaultAccess.Write)]
    [InlineData(Memory.Anonymous, false, UntouchedMib, FaultAccess.Read)]
    [InlineData(Memory.Object, false, Untouched, FaultAccess.Write)]
    [InlineData(Memory.Object, true, Untouched, FaultAccess.Read)]
    [InlineData(Memory.Object, false, UntouchedMib, FaultAccess.Write)]
    [InlineData(Memory.PagedObject, false, Base, FaultAccess.Write)]
    [InlineData(Memory.PagedObject, true, Base, FaultAccess.Write)]
    public void Resolve_InTheSpacesOwnTable_DoesNotWaitForTheOtherCore(Memory memory, bool areTablesCounted, uint address, FaultAccess access)
    {
        AddressSpace space = Prepare(memory);
        CountTables(space, areTablesCounted);
        AssertResolved(space, address, access, waits: false);
    }

    [Theory]
    [InlineData(Memory.Anonymous, FaultAccess.Read)]
    [InlineData(Memory.Anonymous, FaultAccess.Write)]
    [InlineData(Memory.Object, FaultAccess.Read)]
    [InlineData(Memory.Object, FaultAccess.Write)]
    public void Resolve_NewTableThatIsCounted_WaitsForTheOtherCore(Memory memory, FaultAccess access)
    {
        AddressSpace space = Prepare(memory);
        CountTables(space, true);
        AssertResolved(space, UntouchedMib, access, waits: true);
    }

    [Theory]
    [InlineData(Memory.Anonymous, Base, FaultAccess.Write)]
    [InlineData(Memory.Anonymous, Untouched, FaultAccess.Write)]
    [InlineData(Memory.Anonymous, Untouched, FaultAccess.Read)]
    [InlineData(Memory.Object, Base, FaultAccess.Write)]
    [InlineData(Memory.Object, Untouched, FaultAccess.Write)]
    [InlineData(Memory.Object, Untouched, FaultAccess.Read)]
    [InlineData(Memory.PagedObject, Base, FaultAccess.Write)]
    public void Resolve_InATableThatAClonesShares_WaitsForTheOtherCore(Memory memory, uint address, FaultAccess access)
    {
        AddressSpace parent = Prepare(memory);
        AddressSpace child = _fixture.Clone(parent);
        AssertResolved(parent, address, access, waits: true);
        Assert.Equal(0u, _fixture.CountersOf(child).SharedTables);
        AssertResolved(child, address, access, waits: true); // its own by now, which it finds out under the lock
        Assert.Equal(FaultOutcome.Resolved, _fixture.Write(child, address, 1));
    }

    // Two MiBs, of which one page was touched: written, or brought by a pager and read.
    private AddressSpace Prepare(Memory memory)
    {
        AddressSpace space = _fixture.Create();
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(Base),
            LengthInBytes = 2 * MiB,
            Kind = memory == Memory.Anonymous ? RangeKind.Anonymous : RangeKind.Shared,
            Rights = UserRights.ReadWrite,
            Object = memory == Memory.Anonymous
                ? default
                : _fixture.CreateObject(2 * MiB / Page, memory == Memory.Object ? ObjectKind.Anonymous : ObjectKind.Paged),
        };
        Assert.Equal(VmStatus.Ok, _fixture.TryMap(space, request, out _));
        if (memory != Memory.PagedObject)
        {
            Assert.Equal(FaultOutcome.Resolved, _fixture.Write(space, Base, 7));
            return space;
        }

        uint word = 0;
        Assert.Equal(FaultOutcome.NeedsPager, _fixture.Access(space, Base, FaultAccess.Read, ref word));
        Assert.True(_fixture.Spaces.Objects.TryTakeRequest(ref _fixture.Machine, request.Object, out uint offset));
        Assert.Equal(
            VmStatus.Ok,
            _fixture.Spaces.Objects.TrySupply(ref _fixture.Machine, ref _fixture.Frames, request.Object, offset, _fixture.NewPage()));
        Assert.Equal(0u, _fixture.Read(space, Base));
        return space;
    }

    private void CountTables(AddressSpace space, bool areCounted)
    {
        SpaceLimits limits = new()
        {
            ReservedPages = SpaceLimits.None,
            ResidentPages = SpaceLimits.None,
            Tables = areCounted ? 8 : SpaceLimits.None,
        };
        space.SetLimits(ref _fixture.Machine, in limits);
    }

    // The other core gives the lock back only after more steps than a fault takes.
    private void AssertResolved(AddressSpace space, uint address, FaultAccess access, bool waits)
    {
        uint resolved = CountResolved(space);
        bool isHeld = true;
        int steps = 0;
        LockOf(space).Acquire(ref _fixture.Other, LockRank.Space);
        _fixture.Memory.BeforeSharedAccess = _ =>
        {
            if (isHeld && ++steps > StepsOfTheOther)
            {
                isHeld = false;
                LockOf(space).Release(ref _fixture.Other, LockRank.Space);
            }
        };
        FaultOutcome outcome = _fixture.Resolve(space, FaultStatus.TranslationSecondLevel, access, address);
        _fixture.Memory.BeforeSharedAccess = null;
        bool hasWaited = !isHeld;
        if (isHeld)
        {
            LockOf(space).Release(ref _fixture.Other, LockRank.Space);
        }

        Assert.Equal((FaultOutcome.Resolved, waits), (outcome, hasWaited));
        Assert.Equal(resolved + 1, CountResolved(space));
        Assert.Equal(0u, _fixture.CountersOf(space).Spurious);
        Assert.True(_fixture.Memory.IsIdle(0) && _fixture.Memory.IsIdle(1));
    }

    private uint CountResolved(AddressSpace space)
    {
        SpaceCounters counters = _fixture.CountersOf(space);
        return counters.ZeroFills + counters.ZeroReads + counters.ObjectFills + counters.Copies + counters.Reuses;
    }

    private ref SpinLock LockOf(AddressSpace space) => ref _fixture.Machine.Data<SpaceControl>(space.ControlPage).Lock;
}
