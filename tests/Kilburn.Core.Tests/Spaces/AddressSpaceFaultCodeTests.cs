using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Kilburn.Model.Cores;
using Kilburn.Model.Profiles;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Instruction caches lose what they hold of a frame when a fault brings it as code, and only then.</summary>
public sealed class AddressSpaceFaultCodeTests
{
    private const uint Base = 0x0040_0000;
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Untouched = Base + (64 * Page);

    /// <summary>Where the page is.</summary>
    public enum Place
    {
        NoTable,
        OwnTable,
        SharedTable,
    }

    public static TheoryData<bool, Place, FaultAccess, UserRights> Faults()
    {
        TheoryData<bool, Place, FaultAccess, UserRights> data = [];
        foreach (Place place in (Place[])[Place.NoTable, Place.OwnTable, Place.SharedTable])
        {
            foreach (UserRights rights in (UserRights[])[UserRights.ReadWrite, UserRights.All])
            {
                foreach (FaultAccess access in (FaultAccess[])[FaultAccess.Read, FaultAccess.Write])
                {
                    data.Add(false, place, access, rights);
                    data.Add(true, place, access, rights);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Resolve_UntouchedPage_InvalidatesInstructionCachesIfItIsCode(
        bool isObject, Place place, FaultAccess access, UserRights rights)
    {
        using ModelSpaces<CortexA7> system = new();
        AddressSpace space = Prepare(system, isObject, place, rights);
        AssertInvalidates(system, space, Untouched, access, rights);
    }

    [Theory]
    [InlineData(true, UserRights.All)]
    [InlineData(true, UserRights.ReadWrite)]
    [InlineData(false, UserRights.All)]
    [InlineData(false, UserRights.ReadWrite)]
    public void Resolve_FirstWriteInATableThatACloneShares_InvalidatesInstructionCachesIfItIsCode(bool isObject, UserRights rights)
    {
        using ModelSpaces<CortexA7> system = new();
        AddressSpace space = Prepare(system, isObject, Place.SharedTable, rights);
        AssertInvalidates(system, space, Base, FaultAccess.Write, rights);
    }

    // Two MiBs, whose first page was written if there is to be a table.
    private static AddressSpace Prepare(ModelSpaces<CortexA7> system, bool isObject, Place place, UserRights rights)
    {
        AddressSpace space = system.Create();
        space.SetRightsPolicy(ref system.Cores[0], RightsPolicy.Any);
        MemoryObject memory = default;
        if (isObject)
        {
            Assert.Equal(
                VmStatus.Ok,
                system.Memory.Spaces.Objects.TryCreate(
                    ref system.Cores[0], ref system.Memory.Frames, 2 * MiB, ObjectKind.Anonymous, out memory));
        }

        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = new VirtualAddress(Base),
            LengthInBytes = 2 * MiB,
            Kind = isObject ? RangeKind.Shared : RangeKind.Anonymous,
            Rights = rights,
            Object = memory,
        };
        Assert.Equal(VmStatus.Ok, space.TryMap(ref system.Cores[0], ref system.Memory.Frames, in request, out _));
        if (place != Place.NoTable)
        {
            Resolve(system, space, Base, FaultAccess.Write);
        }

        if (place != Place.SharedTable)
        {
            return space;
        }

        return system.Clone(space);
    }

    private static void AssertInvalidates(
        ModelSpaces<CortexA7> system, AddressSpace space, uint address, FaultAccess access, UserRights rights)
    {
        long caches = system.Machine.Cores[0].CountOf(StepKind.InstructionCaches);
        long barriers = system.Machine.Cores[0].CountOf(StepKind.ContextBarrier);
        Resolve(system, space, address, access);
        Assert.Equal(
            (rights & UserRights.Execute) != 0 ? 1 : 0, system.Machine.Cores[0].CountOf(StepKind.InstructionCaches) - caches);
        Assert.True(system.Machine.Cores[0].CountOf(StepKind.ContextBarrier) > barriers);
    }

    private static void Resolve(ModelSpaces<CortexA7> system, AddressSpace space, uint address, FaultAccess access)
    {
        FaultReport report = new(FaultStatus.TranslationSecondLevel, access, new VirtualAddress(address), (uint)Domain.User);
        Assert.Equal(FaultOutcome.Resolved, space.Resolve(ref system.Cores[0], ref system.Memory.Frames, in report));
    }
}
