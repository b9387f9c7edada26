using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.SystemCalls;
using Xunit;

namespace Kilburn.Kernel.Tests.Processes;

public sealed class ObjectCallsTests
{
    private const uint Page = 0x1000;
    private const uint Range = 0x20_0000;
    private const uint Shared = (uint)(MapFlags.Read | MapFlags.Write | MapFlags.SharedObject | MapFlags.Fixed);

    [Fact]
    public void Open_PublishedName_GivesTheSameObject()
    {
        using ProcessFixture fixture = new();
        uint name = fixture.Put("pages");
        uint made = fixture.Call(SystemCall.ObjectCreate, Page, name, 5).Value;
        _ = fixture.Call(SystemCall.Clone);
        fixture.CallAndSwitch(SystemCall.Yield);
        uint opened = fixture.Call(SystemCall.ObjectOpen, name, 5).Value;
        Assert.NotEqual(made, opened);
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.Map, Range, Page, Shared, opened, 0).Error);
        fixture.Store(Range, 42);
        fixture.CallAndSwitch(SystemCall.Yield);

        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.Map, 2 * Range, Page, Shared, made, 0).Error);
        Assert.Equal(42u, fixture.Load(2 * Range));
    }

    [Fact]
    public void Create_NameInUse_NameTaken()
    {
        using ProcessFixture fixture = new();
        uint name = fixture.Put("pages");
        _ = fixture.Call(SystemCall.ObjectCreate, Page, name, 5);
        Assert.Equal(SystemCallError.NameTaken, fixture.Call(SystemCall.ObjectCreate, Page, name, 5).Error);
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.ObjectCreate, Page, name, 4).Error);
    }

    [Theory]
    [InlineData(Page + 1, SystemCallError.Misaligned)]
    [InlineData(0x8000_1000u, SystemCallError.OutOfRange)]
    [InlineData(0xFFFF_FFFFu, SystemCallError.Misaligned)]
    public void Create_BadLength_IsRefused(uint length, SystemCallError error)
    {
        using ProcessFixture fixture = new();
        Assert.Equal(error, fixture.Call(SystemCall.ObjectCreate, length, 0, 0).Error);
        Assert.Equal(0u, fixture.Process.HandleCount);
    }

    [Fact]
    public void Close_HandleOfTheName_NameIsGoneAndMappingsStay()
    {
        using ProcessFixture fixture = new();
        uint name = fixture.Put("pages");
        uint handle = fixture.Call(SystemCall.ObjectCreate, Page, name, 5).Value;
        _ = fixture.Call(SystemCall.Map, Range, Page, Shared, handle, 0);
        fixture.Store(Range, 42);
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.ObjectClose, handle).Error);

        Assert.Equal(SystemCallError.NoSuchName, fixture.Call(SystemCall.ObjectOpen, name, 5).Error);
        Assert.Equal(SystemCallError.NoSuchObject, fixture.Call(SystemCall.ObjectClose, handle).Error);
        Assert.Equal(42u, fixture.Load(Range));
    }

    [Fact]
    public void Exit_ProcessWithAName_NameIsGone()
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.Clone);
        fixture.CallAndSwitch(SystemCall.Yield);
        uint name = fixture.Put("pages");
        _ = fixture.Call(SystemCall.ObjectCreate, Page, name, 5);
        fixture.CallAndSwitch(SystemCall.Exit, 0);
        name = fixture.Put("pages");
        Assert.Equal(SystemCallError.NoSuchName, fixture.Call(SystemCall.ObjectOpen, name, 5).Error);
    }

    [Fact]
    public void Create_SeventeenthHandle_OutOfNumbers()
    {
        using ProcessFixture fixture = new();
        for (uint handle = 1; handle <= 16; handle++)
        {
            Assert.Equal((SystemCallError.None, handle), fixture.Call(SystemCall.ObjectCreate, 0, 0, 0));
        }

        Assert.Equal(SystemCallError.OutOfNumbers, fixture.Call(SystemCall.ObjectCreate, 0, 0, 0).Error);
        _ = fixture.Call(SystemCall.ObjectClose, 7);
        Assert.Equal((SystemCallError.None, 7u), fixture.Call(SystemCall.ObjectCreate, 0, 0, 0));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(17u)]
    [InlineData(0xFFFF_FFFFu)]
    public void AnyCall_NoHandle_NoSuchObject(uint handle)
    {
        using ProcessFixture fixture = new();
        Assert.Equal(SystemCallError.NoSuchObject, fixture.Call(SystemCall.ObjectClose, handle).Error);
        Assert.Equal(SystemCallError.NoSuchObject, fixture.Call(SystemCall.ObjectResize, handle, Page).Error);
        Assert.Equal(SystemCallError.NoSuchObject, fixture.Call(SystemCall.Map, Range, Page, Shared, handle, 0).Error);
    }

    [Fact]
    public void Resize_Shorter_TouchBehindEndsTheProcess()
    {
        using ProcessFixture fixture = new();
        uint handle = fixture.Call(SystemCall.ObjectCreate, 2 * Page, 0, 0).Value;
        _ = fixture.Call(SystemCall.Map, Range, 2 * Page, Shared, handle, 0);
        fixture.Store(Range + Page, 1);
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.ObjectResize, handle, Page).Error);
        fixture.Touch(FaultAccess.Read, Range + Page);

        Assert.Equal(default, fixture.Current);
        Assert.Equal(ProcessEndReason.PastObject, fixture.ProcessAt(fixture.First).End.Reason);
    }

    [Fact]
    public void Map_SharedZeroes_AreSharedWithAClone()
    {
        using ProcessFixture fixture = new();
        uint flags = (uint)(MapFlags.Read | MapFlags.Write | MapFlags.SharedAnonymous | MapFlags.Fixed);
        Assert.Equal((SystemCallError.None, Range), fixture.Call(SystemCall.Map, Range, Page, flags, 0, 0));
        Assert.Equal(0u, fixture.Process.HandleCount);
        _ = fixture.Call(SystemCall.Clone);
        fixture.CallAndSwitch(SystemCall.Yield);
        fixture.Store(Range, 42);
        fixture.CallAndSwitch(SystemCall.Yield);
        Assert.Equal(42u, fixture.Load(Range));
    }

    [Fact]
    public void Clone_Handles_AreTheChildsToo()
    {
        using ProcessFixture fixture = new();
        uint handle = fixture.Call(SystemCall.ObjectCreate, Page, 0, 0).Value;
        _ = fixture.Call(SystemCall.Clone);
        _ = fixture.Call(SystemCall.ObjectClose, handle);
        fixture.CallAndSwitch(SystemCall.Yield);
        Assert.Equal(SystemCallError.None, fixture.Call(SystemCall.Map, Range, Page, Shared, handle, 0).Error);
    }

    [Theory]
    [InlineData("name\0", SystemCallError.None)]
    [InlineData("none\0", SystemCallError.NoSuchName)]
    [InlineData("a name of more bytes than 32, so that none has it\0", SystemCallError.BadArgument)]
    public void Open_NameThatEndsWithAZero_IsFound(string name, SystemCallError expected)
    {
        using ProcessFixture fixture = new();
        _ = fixture.Call(SystemCall.ObjectCreate, 0x1000, fixture.Put("name"), 4);
        Assert.Equal(expected, fixture.Call(SystemCall.ObjectOpen, fixture.Put(name), TextLength.UpToZero).Error);
        Assert.Equal(SystemCallError.BadAddress, fixture.Call(SystemCall.ObjectOpen, ProcessFixture.Nowhere, TextLength.UpToZero).Error);
        Assert.Equal(SystemCallError.BadAddress, fixture.Call(SystemCall.ObjectOpen, 0xFFFF_FFFF, TextLength.UpToZero).Error);
    }
}
