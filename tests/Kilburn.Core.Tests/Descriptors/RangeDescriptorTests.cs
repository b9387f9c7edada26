using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Xunit;

namespace Kilburn.Core.Tests.Descriptors;

/// <summary>What the core changes in a live descriptor of a range: the access flag, and when it may be written.</summary>
public sealed class RangeDescriptorTests
{
    private const uint AccessFlagBit = 1u << 4;
    private const uint ReadOnlyBit = 1u << 9;    // AP[2]
    private const uint DeferredBit = 1u << 7;    // TEX[1]
    private static readonly PhysicalAddress s_frame = new(0x1230_0000);

    public static TheoryData<UserRights> AllRights => BlockDescriptorTests.AllRights;

    [Theory]
    [MemberData(nameof(AllRights))]
    public void With_AccessFlag_ChangesThatBitAlone(UserRights rights)
    {
        SmallPageDescriptor small = Page(rights, Writing.Allowed);
        LargePageDescriptor large = LargePageDescriptor.Join(small);
        SectionDescriptor section = SectionDescriptor.Join(large);
        Assert.True(small.IsAccessed && large.IsAccessed && section.IsAccessed);
        Assert.Equal(small.Raw & ~AccessFlagBit, small.With(AccessFlag.Clear).Raw);
        Assert.Equal(large.Raw & ~AccessFlagBit, large.With(AccessFlag.Clear).Raw);
        Assert.False(small.With(AccessFlag.Clear).IsAccessed);
        Assert.False(large.With(AccessFlag.Clear).IsAccessed);
        Assert.Equal(small.Raw, small.With(AccessFlag.Clear).With(AccessFlag.Set).Raw);
        Assert.Equal(large.Raw, large.With(AccessFlag.Clear).With(AccessFlag.Set).Raw);
        Assert.Equal(small.Raw, small.With(AccessFlag.Set).Raw);
        Assert.Equal(large.Raw, large.With(AccessFlag.Set).Raw);
        Assert.Equal(section.Raw, section.With(AccessFlag.Set).Raw);

        const uint SectionFlagBit = 1u << 10;
        Assert.Equal(section.Raw & ~SectionFlagBit, section.With(AccessFlag.Clear).Raw);
        Assert.False(section.With(AccessFlag.Clear).IsAccessed);
        Assert.Equal(section.Raw, section.With(AccessFlag.Clear).With(AccessFlag.Set).Raw);
    }

    [Theory]
    [InlineData(UserRights.ReadWrite)]
    [InlineData(UserRights.All)]
    public void WithWritesDeferred_WritablePage_IsWhatARangeMakesForLater(UserRights rights)
    {
        SmallPageDescriptor atOnce = Page(rights, Writing.Allowed);
        SmallPageDescriptor later = atOnce.WithWritesDeferred();
        Assert.Equal(Page(rights, Writing.AfterFault).Raw, later.Raw);
        Assert.Equal(atOnce.Raw | ReadOnlyBit | DeferredBit, later.Raw);
        Assert.Equal((true, false), (atOnce.IsWritableOfRange, later.IsWritableOfRange));
        Assert.True(atOnce.With(AccessFlag.Clear).IsWritableOfRange);

        SmallPageDescriptor other = later.WithWritesAllowed(s_frame.Add(0x5_3000));
        Assert.Equal(
            SmallPageDescriptor.CreateForRange(s_frame.Add(0x5_3000), rights, Writing.Allowed).Raw, other.Raw);
    }

    [Theory]
    [InlineData(UserRights.None)]
    [InlineData(UserRights.Read)]
    [InlineData(UserRights.ReadExecute)]
    public void IsWritableOfRange_PageThatNobodyMayWrite_IsFalse(UserRights rights) =>
        Assert.False(Page(rights, Writing.Allowed).IsWritableOfRange);

    [Fact]
    public void IsWritableOfRange_GivenPage_IsFalse() => Assert.False(
        SmallPageDescriptor.Create(s_frame, AccessPermission.ReadWrite, MemoryType.Normal, Scope.NotGlobal, Execution.Never)
            .IsWritableOfRange);

    private static SmallPageDescriptor Page(UserRights rights, Writing writing) =>
        SmallPageDescriptor.CreateForRange(s_frame, rights, writing);
}
