using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Spaces;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class RangeMovePartsTests
{
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint Here = 4 * MiB;
    private const uint There = 64 * MiB;

    public static TheoryData<uint, uint, uint, (uint, uint, uint, uint)[]> Ranges() => new()
    {
        // first page here, pages, first page there, parts: page here, page there, pages, last page there within its MiB
        { 0, 1, 0, [(0, 0, 1, 0)] },
        { 3, 5, 7, [(3, 7, 5, 11)] },
        { 0, 256, 0, [(0, 0, 256, 255)] },
        { 250, 6, 10, [(250, 10, 6, 15)] },
        { 10, 6, 250, [(10, 250, 6, 255)] },
        { 250, 7, 10, [(250, 10, 6, 15), (256, 16, 1, 16)] },
        { 10, 7, 250, [(10, 250, 6, 255), (16, 256, 1, 0)] },
        { 250, 20, 252, [(250, 252, 4, 255), (254, 256, 2, 1), (256, 258, 14, 15)] },
        { 252, 20, 250, [(252, 250, 4, 253), (256, 254, 2, 255), (258, 256, 14, 13)] },
        { 255, 258, 255, [(255, 255, 1, 255), (256, 256, 256, 255), (512, 512, 1, 0)] },
    };

    [Theory]
    [MemberData(nameof(Ranges))]
    public void TryNext_AnyRange_GivesPartsThatLieInOneMibHereAndThere(
        uint firstPage, uint pageCount, uint firstPageThere, (uint, uint, uint, uint)[] expected)
    {
        uint start = Here + (firstPage * Page);
        MoveParts parts = new(
            new VirtualAddress(start), new VirtualAddress(start + (pageCount * Page)), new VirtualAddress(There + (firstPageThere * Page)));
        List<(uint, uint, uint, uint)> found = [];
        while (parts.TryNext())
        {
            found.Add((
                (parts.Source.Value - Here) / Page,
                (parts.Destination.Value - There) / Page,
                parts.PageCount,
                parts.LastDestinationPage));
        }

        Assert.Equal(expected, found);
        Assert.False(parts.TryNext());
    }

    [Fact]
    public void TryNext_EmptyRange_HasNoPart()
    {
        MoveParts parts = new(new VirtualAddress(Here), new VirtualAddress(Here), new VirtualAddress(There));
        Assert.False(parts.TryNext());
    }

    [Theory]
    [InlineData(0u, 256u, 256u, 0u, false)] // the next MiB
    [InlineData(256u, 256u, 0u, 0u, false)] // the one before
    [InlineData(0u, 257u, 511u, 0u, true)] // the range's last page and the place's first
    [InlineData(511u, 8u, 248u, 0u, false)] // the place ends where the MiB of the range begins
    [InlineData(511u, 8u, 249u, 0u, true)] // the place's last page and the range's first
    [InlineData(511u, 8u, 248u, 1u, true)] // the last page that is added
    [InlineData(511u, 8u, 240u, 8u, false)]
    [InlineData(3u, 2u, 9u, 0u, true)]
    [InlineData(9u, 2u, 3u, 0u, true)]
    [InlineData(600u, 2u, 3u, 0u, false)]
    [InlineData(3u, 2u, 600u, 0u, false)]
    [InlineData(255u, 1u, 256u, 0u, false)]
    [InlineData(256u, 1u, 255u, 0u, false)]
    public void MeetsInAMib_IsTrueWhenBothPlacesHaveAPartOfOne(
        uint firstPage, uint pageCount, uint firstPageThere, uint addedPages, bool expected)
    {
        MovePlan plan = new()
        {
            Start = new VirtualAddress(Here + (firstPage * Page)),
            End = new VirtualAddress(Here + ((firstPage + pageCount) * Page)),
            Destination = new VirtualAddress(Here + (firstPageThere * Page)),
            AddedInBytes = addedPages * Page,
        };

        Assert.Equal(expected, plan.MeetsInAMib);
        Assert.Equal(Here + ((firstPageThere + pageCount) * Page), plan.MovedEnd.Value);
        Assert.Equal(Here + ((firstPageThere + pageCount + addedPages) * Page), plan.DestinationEnd.Value);
    }
}
