using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Xunit;

namespace Kilburn.Core.Tests.Descriptors;

/// <summary>Pages of a range as a large page and as a section, and back.</summary>
public sealed class BlockDescriptorTests
{
    private const uint Frame = 0x1230_0000;

    public static TheoryData<UserRights> AllRights =>
        [UserRights.None, UserRights.Read, UserRights.ReadWrite, UserRights.ReadExecute, UserRights.All];

    [Theory]
    [MemberData(nameof(AllRights))]
    public void LargePageJoin_PagesOfARange_IsTheSameInOneAndComesApartAgain(UserRights rights)
    {
        SmallPageDescriptor first = PageAt(Frame + 0x5_0000, rights);
        LargePageDescriptor large = LargePageDescriptor.Join(first);
        SecondLevelEntry entry = new(large.Raw);
        Assert.Equal(SecondLevelKind.Large, entry.Kind);
        Assert.True(entry.IsLarge && entry.IsLive && !entry.IsSmall && !entry.IsGivenPage);
        Assert.Equal(Frame + 0x5_0000, large.Frame.Value);
        Assert.Equal(
            (first.Access, first.Type, first.Scope, first.IsShareable, first.Execution),
            (large.Access, large.Type, large.Scope, large.IsShareable, large.Execution));
        for (uint page = 0; page < 16; page++)
        {
            SmallPageDescriptor expected = PageAt(Frame + 0x5_0000 + (page * 0x1000), rights);
            Assert.Equal(expected.Raw, large.PageAt(page).Raw);
            Assert.Equal(expected.Raw, entry.At(0x30 + page).Raw);
        }

        Assert.Equal(first.Raw, new SecondLevelEntry(first.Raw).At(7).Raw);
    }

    [Theory]
    [MemberData(nameof(AllRights))]
    public void SectionJoin_LargePagesOfARange_IsTheSameInOneAndComesApartAgain(UserRights rights)
    {
        LargePageDescriptor first = LargePageDescriptor.Join(PageAt(Frame, rights));
        SectionDescriptor section = SectionDescriptor.Join(first);
        FirstLevelEntry entry = new(section.Raw);
        Assert.Equal(FirstLevelKind.Section, entry.Kind);
        Assert.True(entry.IsBlock && entry.IsLive && !entry.IsPageTable && !entry.IsAnonymousMib);
        Assert.Equal(Frame, section.Frame.Value);
        Assert.Equal(
            (first.Access, first.Type, first.Scope, first.IsShareable, first.Execution),
            (section.Access, section.Type, section.Scope, section.IsShareable, section.Execution));
        Assert.Equal((uint)Domain.User, section.Domain);
        Assert.True(section.IsPrivilegedExecuteNever);
        Assert.Equal(rights, section.Rights);
        Assert.Equal((0u, 255u, rights), (entry.Run.FirstPage, entry.Run.LastPage, entry.Run.Rights));
        for (uint part = 0; part < 16; part++)
        {
            Assert.Equal(LargePageDescriptor.Join(PageAt(Frame + (part * 0x1_0000), rights)).Raw, section.PartAt(part).Raw);
        }
    }

    [Theory]
    [InlineData(ReservedKind.Anonymous, 0u, 255u, true)]
    [InlineData(ReservedKind.Anonymous, 1u, 255u, false)]
    [InlineData(ReservedKind.Anonymous, 0u, 254u, false)]
    [InlineData(ReservedKind.Guard, 0u, 255u, false)]
    public void IsAnonymousMib_RunOfPages_IsAllOfOneAndAnonymous(ReservedKind kind, uint first, uint last, bool expected)
    {
        FirstLevelEntry entry = new(ReservedPages.Page(kind, UserRights.Read).Run(first, last).Raw);
        Assert.Equal(expected, entry.IsAnonymousMib);
        Assert.Equal((first, last), (entry.Run.FirstPage, entry.Run.LastPage));
    }

    [Fact]
    public void IsGivenPage_PagesOfBothKinds_IsTrueOfThoseThatTheKernelGave()
    {
        SmallPageDescriptor given = SmallPageDescriptor.Create(
            new PhysicalAddress(Frame), AccessPermission.ReadWrite, MemoryType.Normal, Scope.NotGlobal, Execution.Never);
        Assert.False(given.IsOfRange);
        Assert.True(new SecondLevelEntry(given.Raw).IsGivenPage);
        Assert.True(new SecondLevelEntry(given.WithShare().Raw).IsGivenPage);
        Assert.False(new SecondLevelEntry(PageAt(Frame, UserRights.Read).Raw).IsGivenPage);
        Assert.False(new SecondLevelEntry(0).IsGivenPage);
    }

    private static SmallPageDescriptor PageAt(uint frame, UserRights rights) =>
        SmallPageDescriptor.CreateForRange(new PhysicalAddress(frame), rights, Writing.Allowed);
}
