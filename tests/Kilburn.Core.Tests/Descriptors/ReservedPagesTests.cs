using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Kilburn.Core.Descriptors;
using Xunit;

namespace Kilburn.Core.Tests.Descriptors;

public sealed class ReservedPagesTests
{
    private static readonly ReservedPages s_data = ReservedPages.Page(ReservedKind.Anonymous, UserRights.ReadWrite);
    private static readonly ReservedPages s_guard = ReservedPages.Page(ReservedKind.Guard, UserRights.None);

    private static Gen<(uint First, uint Last)> AnyPages =>
        Gen.Select(Gen.UInt[0, 255], Gen.UInt[0, 255], (one, other) => one < other ? (one, other) : (other, one));

    private static HashSet<uint> PagesOf(ReservedPages run) =>
        [.. Enumerable.Range(0, 256).Select(page => (uint)page).Where(run.Covers)];

    private static HashSet<uint> Pages(uint first, uint last) =>
        [.. Enumerable.Range((int)first, (int)(last - first + 1)).Select(page => (uint)page)];

    [Fact]
    public void Page_AllKindsAndRights_FaultsAndReadsBack()
    {
        for (ReservedKind kind = ReservedKind.Anonymous; kind <= ReservedKind.StackGuard; kind++)
        {
            for (UserRights rights = UserRights.None; rights <= UserRights.All; rights++)
            {
                ReservedPages page = ReservedPages.Page(kind, rights);
                Assert.False(new SecondLevelEntry(page.Raw).IsLive);
                Assert.False(page.IsNone);
                Assert.Equal((kind, rights), (page.Kind, page.Rights));
                ReservedPages run = page.Run(3, 250);
                Assert.False(new FirstLevelEntry(run.Raw).IsLive);
                Assert.False(new FirstLevelEntry(run.Raw).IsPageTable);
                Assert.Equal((kind, rights, 3u, 250u), (run.Kind, run.Rights, run.FirstPage, run.LastPage));
                Assert.Equal(page.Raw, run.State);
                Assert.Equal((kind, UserRights.Read, 3u, 250u), (
                    run.WithRights(UserRights.Read).Kind,
                    run.WithRights(UserRights.Read).Rights,
                    run.WithRights(UserRights.Read).FirstPage,
                    run.WithRights(UserRights.Read).LastPage));
            }
        }
    }

    [Fact]
    public void TryCut_AnyRun_LeavesWhatASetLeaves() => Gen.Select(AnyPages, AnyPages).Sample((run, cut) =>
    {
        ReservedPages pages = s_data.Run(run.First, run.Last);
        HashSet<uint> expected = PagesOf(pages);
        expected.ExceptWith(Pages(cut.First, cut.Last));
        bool isRun = expected.Count == 0 || expected.Max() - expected.Min() + 1 == expected.Count;
        Assert.Equal(isRun, ReservedPages.TryCut(pages, cut.First, cut.Last, out ReservedPages rest));
        Assert.True(!isRun || expected.SetEquals(PagesOf(rest)));
        Assert.True(!isRun || rest.IsNone == (expected.Count == 0));
        Assert.True(ReservedPages.TryCut(default, cut.First, cut.Last, out rest));
        Assert.True(rest.IsNone);
    });

    [Fact]
    public void TryAdd_BesideOrNot_GivesTheUnionWhereNothingMeets() => Gen.Select(AnyPages, AnyPages).Sample((run, put) =>
    {
        ReservedPages pages = s_data.Run(run.First, run.Last);
        HashSet<uint> added = Pages(put.First, put.Last);
        HashSet<uint> union = PagesOf(pages);
        bool meets = union.Overlaps(added);
        union.UnionWith(added);
        bool isRun = !meets && union.Max() - union.Min() + 1 == union.Count;
        Assert.Equal(isRun, ReservedPages.TryAdd(pages, s_data, put.First, put.Last, out ReservedPages after));
        Assert.True(!isRun || (after.State == s_data.State && union.SetEquals(PagesOf(after))));
        Assert.False(ReservedPages.TryAdd(pages, s_guard, put.First, put.Last, out _));
        Assert.True(ReservedPages.TryAdd(default, s_data, put.First, put.Last, out after));
        Assert.True(after.State == s_data.State && added.SetEquals(PagesOf(after)));
    });

    [Fact]
    public void TryPut_AlikeOrOther_GivesTheUnionOrTheNewPagesAlone() => Gen.Select(AnyPages, AnyPages).Sample((run, put) =>
    {
        ReservedPages pages = s_data.Run(run.First, run.Last);
        HashSet<uint> added = Pages(put.First, put.Last);
        HashSet<uint> union = PagesOf(pages);
        bool isCovered = union.IsSubsetOf(added);
        union.UnionWith(added);
        bool isRun = union.Max() - union.Min() + 1 == union.Count;
        Assert.Equal(isRun, ReservedPages.TryPut(pages, s_data, put.First, put.Last, out ReservedPages after));
        Assert.True(!isRun || (after.State == s_data.State && union.SetEquals(PagesOf(after))));
        Assert.Equal(isCovered, ReservedPages.TryPut(pages, s_guard, put.First, put.Last, out after));
        Assert.True(!isCovered || (after.State == s_guard.State && added.SetEquals(PagesOf(after))));
    });

    // The borders, which drawn pages hardly meet.
    [Theory]
    [InlineData(10u, 20u, 0u, 9u, 10u, 20u)]
    [InlineData(10u, 20u, 21u, 255u, 10u, 20u)]
    [InlineData(10u, 20u, 0u, 10u, 11u, 20u)]
    [InlineData(10u, 20u, 20u, 30u, 10u, 19u)]
    [InlineData(10u, 20u, 10u, 19u, 20u, 20u)]
    [InlineData(10u, 20u, 11u, 20u, 10u, 10u)]
    public void TryCut_AtTheBorders_LeavesTheRest(uint first, uint last, uint cutFirst, uint cutLast, uint restFirst, uint restLast)
    {
        Assert.True(ReservedPages.TryCut(s_data.Run(first, last), cutFirst, cutLast, out ReservedPages rest));
        Assert.Equal(s_data.Run(restFirst, restLast).Raw, rest.Raw);
    }

    [Theory]
    [InlineData(0u, 9u, true)]
    [InlineData(0u, 8u, false)]
    [InlineData(21u, 30u, true)]
    [InlineData(22u, 30u, false)]
    [InlineData(10u, 20u, true)]
    [InlineData(11u, 19u, true)]
    public void TryPut_BesideARun_JoinsWhatTouches(uint first, uint last, bool isRun)
    {
        Assert.Equal(isRun, ReservedPages.TryPut(s_data.Run(10, 20), s_data, first, last, out ReservedPages after));
        Assert.True(!isRun || after.Raw == s_data.Run(first < 10 ? first : 10, last > 20 ? last : 20).Raw);
    }

    [Theory]
    [InlineData(10u, 20u, true)]
    [InlineData(9u, 21u, true)]
    [InlineData(11u, 20u, false)]
    [InlineData(10u, 19u, false)]
    public void TryPut_OfAnotherKind_ReplacesWhatItCoversWhole(uint first, uint last, bool isRun)
    {
        Assert.Equal(isRun, ReservedPages.TryPut(s_data.Run(10, 20), s_guard, first, last, out ReservedPages after));
        Assert.True(!isRun || after.Raw == s_guard.Run(first, last).Raw);
    }

    [Theory]
    [InlineData(21, 30, true, 10u, 30u)]
    [InlineData(0, 9, true, 0u, 20u)]
    [InlineData(22, 30, false, 0u, 0u)]
    [InlineData(0, 8, false, 0u, 0u)]
    [InlineData(0, 10, false, 0u, 0u)]
    [InlineData(20, 30, false, 0u, 0u)]
    public void TryAdd_BesideARun_JoinsWhatTouchesAndNothingElse(uint first, uint last, bool isRun, uint runFirst, uint runLast)
    {
        Assert.Equal(isRun, ReservedPages.TryAdd(s_data.Run(10, 20), s_data, first, last, out ReservedPages run));
        Assert.True(!isRun || (run.FirstPage, run.LastPage) == (runFirst, runLast));
        Assert.False(ReservedPages.TryAdd(s_data.Run(10, 20), s_guard, first, last, out _));
    }

    [Fact]
    public void IsFillable_EachKind_IsTrueForMemoryAlone()
    {
        Assert.True(ReservedPages.Page(ReservedKind.Anonymous, UserRights.Read).IsFillable);
        Assert.True(ReservedPages.Page(ReservedKind.Object, UserRights.Read).IsFillable);
        Assert.False(ReservedPages.Page(ReservedKind.Guard, UserRights.None).IsFillable);
        Assert.False(ReservedPages.Page(ReservedKind.StackGuard, UserRights.None).IsFillable);
        Assert.False(default(ReservedPages).IsFillable);
    }

    [Fact]
    public void CreateForRange_AllRights_ReadBackAndDeferOnlyWrites()
    {
        foreach (UserRights rights in new[] { UserRights.None, UserRights.Read, UserRights.ReadWrite, UserRights.ReadExecute, UserRights.All })
        {
            foreach (Writing writing in new[] { Writing.Allowed, Writing.AfterFault })
            {
                SmallPageDescriptor page = SmallPageDescriptor.CreateForRange(new(0x1234_5000), rights, writing);
                bool isDeferred = (rights & UserRights.Write) != 0 && writing == Writing.AfterFault;
                Assert.True(page.IsOfRange);
                Assert.False(new SecondLevelEntry(page.Raw).IsGivenPage);
                Assert.Equal(rights, page.Rights);
                Assert.Equal(isDeferred, page.IsWriteDeferred);
                Assert.Equal((rights & UserRights.Write) != 0 && !isDeferred, page.Access == AccessPermission.ReadWrite);
                Assert.Equal(0x1234_5000u, page.Frame.Value);
                Assert.Equal(MemoryType.Normal, page.Type);
            }
        }
    }
}
