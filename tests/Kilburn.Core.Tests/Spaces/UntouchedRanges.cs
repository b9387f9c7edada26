using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>A space whose untouched ranges are reserved and given back without the ways for all that is not so. In pages from <see cref="Base"/> on.</summary>
internal sealed class UntouchedRanges
{
    public const uint Base = 0x40_0000;
    private const uint Page = 0x1000;

    public SpaceFixture Fixture { get; } = new();

    public AddressSpace Space { get; }

    public UntouchedRanges() => Space = Fixture.Create();

    public ref SpaceControl Control => ref Fixture.Machine.Data<SpaceControl>(Space.ControlPage);

    public bool TryReserve(uint page, uint pages) =>
        TryReserve(page, pages, ReservedPages.Page(ReservedKind.Anonymous, UserRights.ReadWrite));

    public bool TryReserve(uint page, uint pages, ReservedPages state) => UntouchedRange.TryReserve(
        ref Fixture.Machine, ref Control, Base + (page * Page), Base + ((page + pages) * Page), state.Raw);

    public uint Release(uint page, uint pages) => UntouchedRange.Release(
        ref Fixture.Machine, ref Control, Base + (page * Page), Base + ((page + pages) * Page));

    /// <summary>Reserves pages, and writes the first: their MiB becomes a table.</summary>
    public void Touch(uint page, uint pages)
    {
        Fixture.Reserve(Space, Base + (page * Page), pages * Page);
        Assert.Equal(FaultOutcome.Resolved, Fixture.Write(Space, Base + (page * Page), 1));
    }
}
