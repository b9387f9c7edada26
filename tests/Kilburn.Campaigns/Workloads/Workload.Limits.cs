using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Kilburn.Model;
using Kilburn.Model.Translation;

namespace Kilburn.Campaigns.Workloads;

/// <content>Limits that a life hardly comes to by itself.</content>
public sealed partial class Workload<TProfile>
{
    private const uint BorderPage = 0x6010_0000 - PageSize.Small;
    private const int OverflowRarity = 256; // it takes some ten thousand steps

    /// <summary>An operation over two tables that a clone shares fails in the second one, where a frame has as many owners as can be.</summary>
    private void OverflowShares()
    {
        if (_random.Next(OverflowRarity) != 0)
        {
            return;
        }

        VmStatus status = _memory.Spaces.TryCreate(ref Worker(), ref _memory.Frames, out AddressSpace parent);
        if (status == VmStatus.Ok)
        {
            RangeRequest request = new()
            {
                Placement = RangePlacement.Fixed,
                Address = new VirtualAddress(BorderPage),
                LengthInBytes = 2 * PageSize.Small,
                Kind = RangeKind.Anonymous,
                Rights = UserRights.ReadWrite,
                Population = RangePopulation.AtOnce,
            };
            status = parent.TryMap(ref Worker(), ref _memory.Frames, in request, out _);
            AddressSpace child = default;
            if (status == VmStatus.Ok)
            {
                status = _memory.Spaces.TryClone(ref Worker(), ref _memory.Frames, parent, out child);
            }

            if (status == VmStatus.Ok)
            {
                OverflowShares(child);
                Expect(VmStatus.Ok, _memory.Spaces.TryDestroy(ref Worker(), ref _memory.Frames, child), "destroy of a clone");
            }

            Expect(VmStatus.Ok, _memory.Spaces.TryDestroy(ref Worker(), ref _memory.Frames, parent), "destroy of its parent");
        }

        Check(status is VmStatus.Ok or VmStatus.OutOfFrames, $"a clone of two tables: {status}");
    }

    private void OverflowShares(AddressSpace space)
    {
        VirtualAddress last = new(BorderPage + PageSize.Small);
        Expect(VmStatus.Ok, space.TryTranslate(ref AnyCore(), last, out TableWalk walk), "translation");
        uint shares = 0;
        while (_memory.Frames.TrySharePage(ref _cores[0], walk.Physical) == VmStatus.Ok)
        {
            shares++;
        }

        int first = _random.Next(_cores.Length);
        int second = (first + 1) % _cores.Length;
        Run(first, space);
        Run(second, space);
        VirtualRange range = new(new VirtualAddress(BorderPage), 2 * PageSize.Small);
        LeaveBehind(first);
        VmStatus status = space.TryProtect(ref _cores[first], ref _memory.Frames, range, UserRights.Read);
        Check(status is VmStatus.Overflow or VmStatus.OutOfFrames, $"protect with too many owners: {status}");
        foreach (int core in new[] { first, second })
        {
            WithUserDomain(ref _cores[core], () =>
            {
                AccessResult read = _machine.Cores[core].Read(new VirtualAddress(BorderPage), Privilege.User);
                Check(!read.IsFault, $"core {core} reads 0x{BorderPage:X8}: {read}");
            });
            _memory.Spaces.Leave(ref _cores[core]);
        }

        for (; shares != 0; shares--)
        {
            Expect(VmStatus.Ok, _memory.Frames.TryFreePage(ref _cores[0], walk.Physical), "free of a share");
        }
    }

    private void Run(int core, AddressSpace space)
    {
        Expect(VmStatus.Ok, _memory.Spaces.TryActivate(ref _cores[core], space), "activate");
        _ = _active.Remove(core);
    }
}
