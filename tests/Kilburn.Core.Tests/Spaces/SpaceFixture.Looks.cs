using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

// What tests look at: frames behind pages, and maintenance since it began to be noted.
internal sealed partial class SpaceFixture
{
    /// <summary>Addresses and lengths that were cleaned.</summary>
    public IEnumerable<(uint Address, uint Length)> Cleaned => Memory.Maintenance!
        .Where(step => step.Member == nameof(IMachine.CleanToUnification)).Select(step => (step.Address, step.AsidOrLength));

    /// <summary>Pages that were removed, one by one.</summary>
    public IEnumerable<uint> Removed => Memory.Maintenance!
        .Where(step => step.Member == nameof(IMachine.RemovePage)).Select(step => step.Address);

    public TableWalk Translate(AddressSpace space, uint address)
    {
        Assert.Equal(VmStatus.Ok, TryTranslate(space, address, out TableWalk walk));
        return walk;
    }

    public PhysicalAddress FrameOf(AddressSpace space, uint address) => Translate(space, address).Physical.AlignDown(PageSize.Small);

    public uint OwnersOf(PhysicalAddress page)
    {
        Frames.Describe(ref Machine, page, out FrameDescription description);
        return description.OwnerCount;
    }

    public void Limit(
        AddressSpace space, uint reserved = SpaceLimits.None, uint resident = SpaceLimits.None, uint tables = SpaceLimits.None) =>
        space.SetLimits(
            ref Machine, new SpaceLimits { ReservedPages = reserved, ResidentPages = resident, Tables = tables });
}
