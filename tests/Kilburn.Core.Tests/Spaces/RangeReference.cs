using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>A space as a dictionary of pages: what each is, may do and holds.</summary>
internal sealed class RangeReference
{
    private const uint PageSize = 0x1000;

    /// <summary>What the reference knows of a page. The word is the one at its start; a page that is not mapped reads as zero.</summary>
    public readonly record struct Page(RangeKind Kind, UserRights Rights, Cell Cell, Holding Holding)
    {
        public uint Word => Cell.Word;
    }

    /// <summary>A page's word. Spaces that see each other's writes have the same cell.</summary>
    public sealed class Cell(uint word)
    {
        public uint Word { get; set; } = word;
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
            clone.Pages[number] = page.Kind == RangeKind.Given ? page : page with { Cell = new Cell(page.Word) };
        }

        return clone;
    }

    public bool IsFree(uint start, uint pageCount) => Numbers(start, pageCount).All(page => !Pages.ContainsKey(page));

    public VmStatus Judge(uint start, uint pageCount)
    {
        uint[] pages = [.. Numbers(start, pageCount)];
        return !pages.All(Pages.ContainsKey) ? VmStatus.NotMapped
            : pages.All(page => Pages[page].Kind == RangeKind.Anonymous) ? VmStatus.Ok
            : VmStatus.WrongKind;
    }

    public void Map(uint start, uint pageCount, RangeKind kind, UserRights rights, Holding holding)
    {
        foreach (uint page in Numbers(start, pageCount))
        {
            Pages[page] = new Page(kind, rights, new Cell(0), holding);
        }
    }

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
            if (Pages[page].Kind == RangeKind.Anonymous)
            {
                Pages[page] = Pages[page] with { Cell = new Cell(0), Holding = Holding.Nothing };
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

        if (access == FaultAccess.Write)
        {
            page.Cell.Word = word;
            Pages[number] = page with { Holding = Holding.Frame };
        }
        else
        {
            word = page.Word;
            Pages[number] = page with { Holding = page.Holding == Holding.Nothing ? Holding.ZeroPage : page.Holding };
        }

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
                if (first + length == start && kind == page.Kind && rights == page.Rights)
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
        Assert.Equal((uint)Pages.Values.Count(page => page.Kind == RangeKind.Anonymous), counters.ReservedPages);
        Assert.Equal(
            (uint)Pages.Values.Count(page => page is { Kind: RangeKind.Anonymous, Holding: Holding.Frame }),
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
