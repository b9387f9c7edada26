using Kilburn.Core.Addresses;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Where the next place is sought.</summary>
public sealed class SpaceAccountsTests
{
    private const uint Page = 0x1000;
    private const uint Large = 16 * Page;
    private const uint First = 0x0010_0000;
    private const uint Search = 0x0080_0000;
    private const uint LargeSearch = 0x00C0_0000;

    [Theory]
    [InlineData(Search - Page, Page, Search - Page, LargeSearch)]
    [InlineData(Search, Page, Search, LargeSearch)]
    [InlineData(Search, Large - Page, Search, LargeSearch)]
    [InlineData(Search, Large, Search, Search)]
    [InlineData(Search + Page, Large, Search, Search + Page)]
    [InlineData(LargeSearch - Page, Large, Search, LargeSearch - Page)]
    [InlineData(LargeSearch, Large, Search, LargeSearch)]
    [InlineData(First, Large, First, First)]
    [InlineData(First - Page, Page, Search, LargeSearch)]
    public void NoteFree_ARange_BringsDownWhatIsAboveIt(uint start, uint length, uint search, uint largeSearch)
    {
        SpaceAccounts accounts = Make();
        accounts.NoteFree(new VirtualAddress(start), new VirtualAddress(start + length));
        Assert.Equal((search, largeSearch), (accounts.SearchStart.Value, accounts.LargeSearchStart.Value));
    }

    [Theory]
    [InlineData(Page, 0u, Search + Page, LargeSearch)]
    [InlineData(Large - Page, 0u, Search + Large - Page, LargeSearch)]
    [InlineData(Large, 0u, Search + Large, Search + Large)]
    [InlineData(Large, 1u, Search, LargeSearch)]
    public void NotePlaced_ARange_GoesOnBehindItUnlessPlacesAreDrawn(uint length, uint seed, uint search, uint largeSearch)
    {
        SpaceAccounts accounts = Make();
        accounts.Seed = seed;
        accounts.NotePlaced(new VirtualAddress(Search), new VirtualAddress(Search + length));
        Assert.Equal((search, largeSearch), (accounts.SearchStart.Value, accounts.LargeSearchStart.Value));
    }

    private static SpaceAccounts Make() =>
        new() { SearchStart = new VirtualAddress(Search), LargeSearchStart = new VirtualAddress(LargeSearch) };
}
