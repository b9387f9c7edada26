using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>A space as a dictionary of pages: what each is, may do and holds.</summary>
internal sealed class RangeReference
{
    private const uint PageSize = 0x1000;

    /// <summary>
    /// What the reference knows of a page. The word is the one at its start; a page that is not mapped reads as zero. For parts of objects:
    /// which, which page of it, what it may be given, and whether the page is a copy of the space's own.
    /// </summary>
    public readonly record struct Page(
        RangeKind Kind,
        UserRights Rights,
        Cell Cell,
        Holding Holding,
        ObjectReference? Object = null,
        uint ObjectPage = 0,
        UserRights MostRights = UserRights.All,
        bool IsOwn = true)
    {
        public uint Word => Cell.Word;

        public bool IsFillable => Kind is RangeKind.Anonymous or RangeKind.Shared or RangeKind.Private;
    }

    /// <summary>A page's word. Spaces that see each other's writes have the same cell.</summary>
    public sealed class Cell(uint word)
    {
        public uint Word { get; set; } = word;
    }

    /// <summary>An object as a dictionary of the pages that were touched.</summary>
    public sealed class ObjectReference(MemoryObject handle, uint pageCount)
    {
        private readonly Dictionary<uint, Cell> _cells = [];

        public MemoryObject Handle => handle;

        public uint PageCount { get; private set; } = pageCount;

        public Cell this[uint page]
        {
            get
            {
                if (!_cells.TryGetValue(page, out Cell? cell))
                {
                    cell = new Cell(0);
                    _cells.Add(page, cell);
                }

                return cell;
            }
        }

        public bool IsThere(uint page) => page < PageCount && _cells.ContainsKey(page);

        public void Resize(uint pageCount)
        {
            PageCount = pageCount;
            foreach (uint page in _cells.Keys.Where(page => page >= pageCount).ToList())
            {
                _ = _cells.Remove(page);
            }
        }
    }

    public enum Holding
    {
        Nothing,
        ZeroPage,
        Frame,
    }

    public SortedDictionary<uint, Page> Pages { get; } = [];

    /// <summary>What a clone holds: given pages are the same, all others have the same words.</summary>
    public RangeReference Clone()
    {
        RangeReference clone = new();
        foreach ((uint number, Page page) in Pages)
        {
            bool isSame = page.Kind is RangeKind.Given or RangeKind.Shared || !page.IsOwn;
            clone.Pages[number] = isSame ? page : page with { Cell = new Cell(page.Word) };
        }

        return clone;
    }

    public bool IsFree(uint start, uint pageCount) => Numbers(start, pageCount).All(page => !Pages.ContainsKey(page));

    public VmStatus Judge(uint start, uint pageCount)
    {
        uint[] pages = [.. Numbers(start, pageCount)];
        return !pages.All(Pages.ContainsKey) ? VmStatus.NotMapped
            : pages.All(page => Pages[page].IsFillable) ? VmStatus.Ok
            : VmStatus.WrongKind;
    }

    public void Map(uint start, uint pageCount, RangeKind kind, UserRights rights, Holding holding)
    {
        foreach (uint page in Numbers(start, pageCount))
        {
            Pages[page] = new Page(kind, rights, new Cell(0), holding);
        }
    }

    public void MapObject(
        uint start, uint pageCount, RangeKind kind, UserRights rights, UserRights mostRights, ObjectReference memory, uint firstPage)
    {
        foreach (uint page in Numbers(start, pageCount))
        {
            Pages[page] = new Page(
                kind, rights, new Cell(0), Holding.Nothing, memory, firstPage + page - start, mostRights, IsOwn: false);
        }
    }

    /// <summary>An object was resized: what is cut off is gone where it is shared.</summary>
    public void NoteResized(ObjectReference memory)
    {
        foreach ((uint number, Page page) in Pages.ToList())
        {
            if (page.Kind == RangeKind.Shared && page.Object == memory && page.ObjectPage >= memory.PageCount)
            {
                Pages[number] = page with { Holding = Holding.Nothing };
            }
        }
    }

    public void Move(uint start, uint pageCount, uint destination)
    {
        List<(uint Number, Page Page)> moved = [.. Numbers(start, pageCount).Select(number => (number, Pages[number]))];
        Unmap(start, pageCount);
        Unmap(destination, pageCount);
        moved.ForEach(each => Pages[destination + each.Number - start] = each.Page);
    }

    /// <summary>Pages behind a range, as its last page is.</summary>
    public void Extend(uint last, uint start, uint pageCount)
    {
        Page page = Pages[last];
        foreach (uint number in Numbers(start, pageCount))
        {
            Pages[number] = page with
            {
                Cell = new Cell(0),
                Holding = Holding.Nothing,
                ObjectPage = page.Object is null ? 0 : page.ObjectPage + 1 + number - start,
                IsOwn = page.Object is null,
            };
        }
    }

    public UserRights MostRights(uint start, uint pageCount) =>
        Numbers(start, pageCount).Aggregate(UserRights.All, (rights, page) => rights & Pages[page].MostRights);

    public void Unmap(uint start, uint pageCount)
    {
        foreach (uint page in Numbers(start, pageCount))
        {
            _ = Pages.Remove(page);
        }
    }

    public void Protect(uint start, uint pageCount, UserRights rights)
    {
        foreach (uint page in Numbers(start, pageCount))
        {
            Pages[page] = Pages[page] with { Rights = rights };
        }
    }

    public void Discard(uint start, uint pageCount)
    {
        foreach (uint page in Numbers(start, pageCount))
        {
            if (Pages[page].IsFillable)
            {
                Pages[page] = Pages[page] with
                {
                    Cell = new Cell(0),
                    Holding = Holding.Nothing,
                    IsOwn = Pages[page].Kind == RangeKind.Anonymous,
                };
            }
        }
    }

    public void Populate(uint start, uint pageCount)
    {
        foreach (uint page in Numbers(start, pageCount))
        {
            Page old = Pages[page];
            if (old is { Kind: RangeKind.Anonymous, Holding: Holding.Nothing } && old.Rights != UserRights.None)
            {
                Pages[page] = old with { Holding = Holding.Frame };
            }
        }
    }

    /// <summary>A program's access, when there is memory enough.</summary>
    public FaultOutcome Access(uint number, FaultAccess access, ref uint word)
    {
        if (!Pages.TryGetValue(number, out Page page))
        {
            return FaultOutcome.NotMapped;
        }

        if (page.Kind is RangeKind.Guard or RangeKind.StackGuard)
        {
            return page.Kind == RangeKind.Guard ? FaultOutcome.Guard : FaultOutcome.StackOverflow;
        }

        UserRights wanted = access switch
        {
            FaultAccess.Read => UserRights.Read,
            FaultAccess.Write => UserRights.Write,
            _ => UserRights.Execute,
        };
        if ((page.Rights & wanted) == 0)
        {
            return FaultOutcome.Protection;
        }

        if (page.Object is not null)
        {
            return AccessObject(number, page, page.Object, access, ref word);
        }

        if (access == FaultAccess.Write)
        {
            page.Cell.Word = word;
            Pages[number] = page with { Holding = Holding.Frame };
        }
        else
        {
            word = page.Word;
            if (page.Holding == Holding.Nothing)
            {
                MapZeroes(number, page.Rights);
            }
        }

        return FaultOutcome.Resolved;
    }

    // The first read brings all untouched pages of the same 64 KiB that are alike.
    private void MapZeroes(uint number, UserRights rights)
    {
        foreach (uint near in Numbers(number & ~15u, 16))
        {
            if (Pages.TryGetValue(near, out Page page)
                && page is { Kind: RangeKind.Anonymous, Holding: Holding.Nothing }
                && page.Rights == rights)
            {
                Pages[near] = page with { Holding = Holding.ZeroPage };
            }
        }
    }

    /// <summary>After an access to a page of an object: others of its 64 KiB may have come along, but only if their frames were there.</summary>
    public void NoteNeighbours(SpaceFixture fixture, AddressSpace space, uint number)
    {
        if (!Pages.TryGetValue(number, out Page accessed) || accessed.Object is null)
        {
            return;
        }

        foreach (uint near in Numbers(number & ~15u, 16))
        {
            if (Pages.TryGetValue(near, out Page page)
                && page.Holding == Holding.Nothing
                && fixture.IsMapped(space, near * PageSize))
            {
                Assert.Equal((accessed.Kind, accessed.Rights, accessed.Object), (page.Kind, page.Rights, page.Object));
                Assert.True(accessed.Object.IsThere(page.ObjectPage));
                Pages[near] = page with { Cell = accessed.Object[page.ObjectPage], Holding = Holding.Frame };
            }
        }
    }

    private FaultOutcome AccessObject(uint number, Page page, ObjectReference memory, FaultAccess access, ref uint word)
    {
        if (page.Holding == Holding.Nothing && page.ObjectPage >= memory.PageCount)
        {
            return FaultOutcome.PastEnd;
        }

        if (page.Holding == Holding.Nothing)
        {
            page = page with { Cell = memory[page.ObjectPage], Holding = Holding.Frame };
        }

        if (access == FaultAccess.Write && page.Kind == RangeKind.Private && !page.IsOwn)
        {
            page = page with { Cell = new Cell(word), IsOwn = true };
        }
        else if (access == FaultAccess.Write)
        {
            page.Cell.Word = word;
        }
        else
        {
            word = page.Word;
        }

        Pages[number] = page;
        return FaultOutcome.Resolved;
    }

    public List<(uint Start, uint Length, RangeKind Kind, UserRights Rights, uint Mapped)> Regions()
    {
        List<(uint Start, uint Length, RangeKind Kind, UserRights Rights, uint Mapped)> regions = [];
        foreach ((uint number, Page page) in Pages)
        {
            uint start = number * PageSize;
            uint mapped = page.Holding == Holding.Nothing ? 0u : 1;
            if (regions.Count != 0)
            {
                (uint first, uint length, RangeKind kind, UserRights rights, uint count) = regions[^1];
                Page last = Pages[number - 1 < number && Pages.ContainsKey(number - 1) ? number - 1 : number];
                bool isNext = last.Object == page.Object && (page.Object is null || last.ObjectPage + 1 == page.ObjectPage);
                if (first + length == start && kind == page.Kind && rights == page.Rights && isNext)
                {
                    regions[^1] = (first, length + PageSize, kind, rights, count + mapped);
                    continue;
                }
            }

            regions.Add((start, PageSize, page.Kind, page.Rights, mapped));
        }

        return regions;
    }

    /// <summary>Holds a space against the reference: regions and counters.</summary>
    public void Check(SpaceFixture fixture, AddressSpace space)
    {
        Assert.Equal(Regions(), fixture.RegionsOf(space));
        SpaceCounters counters = fixture.CountersOf(space);
        Assert.Equal((uint)Pages.Values.Count(page => page.IsFillable), counters.ReservedPages);
        Assert.Equal(
            (uint)Pages.Values.Count(page => page is { IsFillable: true, Holding: Holding.Frame }),
            counters.ResidentPages);
    }

    private static IEnumerable<uint> Numbers(uint start, uint pageCount)
    {
        for (uint number = start; number < start + pageCount; number++)
        {
            yield return number;
        }
    }
}
