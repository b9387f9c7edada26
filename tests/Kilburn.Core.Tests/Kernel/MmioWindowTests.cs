using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Kernel;
using Xunit;

namespace Kilburn.Core.Tests.Kernel;

public sealed class MmioWindowTests
{
    private static readonly PhysicalAddress s_uart = new(0x3F20_1000);

    [Fact]
    public void TryMap_OneRegister_ShowsItsByteBelowTheTop()
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.Ok, half.TryMap(s_uart.Add(0x18), 4, out VirtualAddress address));
        Assert.Equal(0xFFEF_F018u, address.Value);
        Assert.Equal(s_uart, half.Memory.Walk(address));
        Assert.Equal(0xFFEF_E000u, half.Window.MmioStart.Value);
    }

    [Fact]
    public void TryMap_AnyRange_IsDeviceMemoryThatNobodyExecutes()
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.Ok, half.TryMap(s_uart, 0x1001, out VirtualAddress address));
        for (uint offset = 0; offset <= 0x1000; offset += 0x1000)
        {
            Assert.True(half.Memory.TryWalk(address.Add(offset), out SmallPageDescriptor page));
            Assert.Equal(s_uart.Add(offset), page.Frame);
            Assert.Equal(MemoryType.Device, page.Type);
            Assert.Equal(AccessPermission.KernelReadWrite, page.Access);
            Assert.Equal(Execution.Never, page.Execution);
        }
    }

    [Fact]
    public void TryMap_RangeAcrossAPageBorder_MapsBothPagesAndGuardsThem()
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.Ok, half.TryMap(s_uart.Add(0xFFE), 4, out VirtualAddress address));
        VirtualAddress first = address.AlignDown(PageSize.Small);
        Assert.True(half.Memory.TryWalk(first, out _));
        Assert.True(half.Memory.TryWalk(first.Add(0x1000), out _));
        Assert.False(half.Memory.TryWalk(first.Add(0x2000), out _));
        Assert.False(half.Memory.TryWalk(new VirtualAddress(first.Value - 0x1000), out _));
    }

    [Fact]
    public void TryMap_TwoRanges_HaveAnUnmappedPageBetweenThem()
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.Ok, half.TryMap(s_uart, 0x1000, out VirtualAddress upper));
        Assert.Equal(VmStatus.Ok, half.TryMap(s_uart, 0x1000, out VirtualAddress lower));
        Assert.Equal(upper.Value - 0x2000, lower.Value);
        Assert.False(half.Memory.TryWalk(lower.Add(0x1000), out _));
    }

    [Theory]
    [InlineData(0x3F20_1000u, 0u)]
    [InlineData(0xFFFF_F000u, 0x1001u)]
    [InlineData(0x3F20_1000u, 0xFFFF_FFFFu)]
    public void TryMap_RangeEmptyOrWrapping_ReturnsOutOfRange(uint start, uint length)
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.OutOfRange, half.TryMap(new PhysicalAddress(start), length, out VirtualAddress address));
        AssertEmpty(half, address);
    }

    [Theory]
    [InlineData(0x0000_0000u, 1u)]
    [InlineData(0x007F_FFFFu, 1u)]
    [InlineData(0x007F_FFFFu, 2u)]
    [InlineData(0x0000_0000u, 0xFFFF_FFFFu)]
    public void TryMap_RangeTouchesMemory_ReturnsMemoryConflict(uint start, uint length)
    {
        KernelHalf half = new(8u << 20);
        Assert.Equal(
            VmStatus.MemoryConflict, half.TryMap(new PhysicalAddress(start), length, out VirtualAddress address));
        AssertEmpty(half, address);
    }

    [Fact]
    public void TryMap_FirstByteBehindMemory_IsMapped()
    {
        KernelHalf half = new(8u << 20);
        Assert.Equal(VmStatus.Ok, half.TryMap(new PhysicalAddress(8u << 20), 1, out _));
    }

    [Fact]
    public void TryMap_LastBytesOfPhysicalSpace_IsMapped()
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.Ok, half.TryMap(new PhysicalAddress(0xFFFF_FFFC), 4, out VirtualAddress address));
        Assert.Equal(0xFFCu, address.Value & PageSize.SmallMask);
        Assert.Equal(VmStatus.Ok, half.TryUnmap(address));
    }

    [Fact]
    public void TryMap_MoreThanTheWindow_ReturnsWindowFull()
    {
        KernelHalf half = new();
        Assert.Equal(
            VmStatus.WindowFull, half.TryMap(new PhysicalAddress(0x4000_0000), 0x4000_0000, out VirtualAddress address));
        AssertEmpty(half, address);
    }

    [Fact]
    public void TryMap_AllMappingsInUse_ReturnsOutOfIdentifiers()
    {
        KernelHalf half = new();
        for (int count = 0; count < MmioWindow.Capacity; count++)
        {
            Assert.Equal(VmStatus.Ok, half.TryMap(s_uart, 4, out _));
        }

        Assert.Equal(VmStatus.OutOfIdentifiers, half.TryMap(s_uart, 4, out _));
        Assert.Equal(MmioWindow.Capacity, half.MappingCount);
    }

    [Fact]
    public void TryMap_NoFrameForATable_ReturnsOutOfFramesAndLeavesNothingMapped()
    {
        const uint Length = 3u << 20; // needs up to four tables
        for (int left = 0; ; left++)
        {
            KernelHalf half = new();
            half.LeaveFrames(left);
            VmStatus status = half.TryMap(s_uart, Length, out VirtualAddress address);
            if (status == VmStatus.Ok)
            {
                Assert.True(left > 0);
                return;
            }

            Assert.Equal(VmStatus.OutOfFrames, status);
            AssertEmpty(half, address);
            half.RestoreFrames();
            Assert.Equal(VmStatus.Ok, half.TryMap(s_uart, Length, out _));
        }
    }

    [Fact]
    public void TryUnmap_FirstByte_UnmapsEveryPage()
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.Ok, half.TryMap(s_uart.Add(4), 0x2FFC, out VirtualAddress address));
        Assert.Equal(VmStatus.Ok, half.TryUnmap(address));
        AssertEmpty(half, default);
    }

    [Fact]
    public void TryUnmap_OtherAddresses_SayWhatIsWrong()
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.Ok, half.TryMap(s_uart.Add(8), 0x1000, out VirtualAddress address));
        Assert.Equal(VmStatus.Misaligned, half.TryUnmap(address.Add(1)));
        Assert.Equal(VmStatus.Misaligned, half.TryUnmap(address.AlignDown(PageSize.Small)));
        Assert.Equal(VmStatus.Misaligned, half.TryUnmap(address.Add(0x1000)));
        Assert.Equal(VmStatus.NotMapped, half.TryUnmap(address.Add(0x2000)));
        Assert.Equal(VmStatus.NotMapped, half.TryUnmap(default));
        Assert.Equal(VmStatus.NotMapped, half.TryUnmap(new VirtualAddress(0xFFF0_0000)));
        Assert.Equal(VmStatus.Ok, half.TryUnmap(address));
        Assert.Equal(VmStatus.NotMapped, half.TryUnmap(address));
    }

    [Fact]
    public void TryMap_HoleOfTheSameLength_IsUsedAgain()
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.Ok, half.TryMap(s_uart, 0x1000, out _));
        Assert.Equal(VmStatus.Ok, half.TryMap(s_uart, 0x3000, out VirtualAddress middle));
        Assert.Equal(VmStatus.Ok, half.TryMap(s_uart, 0x1000, out VirtualAddress lowest));
        VirtualAddress border = half.Window.MmioStart;
        Assert.Equal(VmStatus.Ok, half.TryUnmap(middle));
        Assert.Equal(VmStatus.Ok, half.TryMap(s_uart, 0x4000, out VirtualAddress tooLong));
        Assert.True(tooLong < lowest);
        Assert.Equal(VmStatus.Ok, half.TryUnmap(tooLong));
        Assert.Equal(VmStatus.Ok, half.TryMap(s_uart, 0x3000, out VirtualAddress again));
        Assert.Equal(middle, again);
        Assert.Equal(border, half.Window.MmioStart);
    }

    [Fact]
    public void TryGet_Mappings_AreReadBackFromTheTables()
    {
        KernelHalf half = new();
        Assert.Equal(VmStatus.Ok, half.TryMap(s_uart.Add(0x20), 0x30, out VirtualAddress address));
        MmioMapping mapping = Assert.Single(half.ListMappings());
        Assert.Equal(address, mapping.Range.Start);
        Assert.Equal(0x30u, mapping.Range.LengthInBytes);
        Assert.Equal(s_uart.Add(0x20), mapping.Physical);
    }

    [Fact]
    public void TryMap_AnySequence_AgreesWithAListOfMappings()
    {
        Gen.Select(Gen.UInt[0, 0x5000], Gen.UInt[1, 0x5000], Gen.Int[0, 3]).Array[1, 80].Sample(steps =>
        {
            KernelHalf half = new(1u << 20);
            Dictionary<VirtualAddress, PhysicalRange> expected = [];
            foreach ((uint offset, uint length, int choice) in steps)
            {
                if (choice == 0 && expected.Count != 0)
                {
                    VirtualAddress victim = expected.Keys.ElementAt((int)(offset % (uint)expected.Count));
                    Assert.Equal(VmStatus.Ok, half.TryUnmap(victim));
                    Assert.True(expected.Remove(victim));
                }
                else
                {
                    PhysicalRange range = new(s_uart.Add(offset), length);
                    Assert.Equal(VmStatus.Ok, half.TryMap(range, out VirtualAddress address));
                    expected.Add(address, range);
                }
            }

            List<MmioMapping> mappings = half.ListMappings();
            Assert.Equal(expected.Count, mappings.Count);
            uint above = KernelWindow.End.Value;
            foreach (MmioMapping mapping in mappings)
            {
                PhysicalRange range = expected[mapping.Range.Start];
                Assert.Equal(range.Start, mapping.Physical);
                Assert.Equal(range.LengthInBytes, mapping.Range.LengthInBytes);
                PhysicalAddress last = range.Start.Add(range.LengthInBytes - 1);
                Assert.Equal(
                    last.AlignDown(PageSize.Small), half.Memory.Walk(mapping.Range.Start.Add(range.LengthInBytes - 1)));
                Assert.True(mapping.Range.End.Value <= above);
                above = mapping.Range.Start.Value & ~PageSize.SmallMask;
                Assert.False(half.Memory.TryWalk(new VirtualAddress(above - 1), out _));
            }
        }, iter: 200);
    }

    private static void AssertEmpty(KernelHalf half, VirtualAddress address)
    {
        Assert.Equal(default, address);
        Assert.Equal(0, half.MappingCount);
        Assert.Equal(KernelWindow.End, half.Window.MmioStart);
        Assert.Equal(0, half.Memory.LocksHeld);
        for (uint offset = 0x1000; offset <= 0x80_0000; offset += 0x1000)
        {
            Assert.False(half.Memory.TryWalk(new VirtualAddress(KernelWindow.End.Value - offset), out _));
        }
    }
}
