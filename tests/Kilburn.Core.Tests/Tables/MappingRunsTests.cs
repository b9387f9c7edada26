using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Tables;
using Kilburn.Core.Tests.Machines;
using Xunit;
using Machine = Kilburn.Core.Tests.Machines.PlainMachine<Kilburn.Core.Tests.Machines.Asids256>;

namespace Kilburn.Core.Tests.Tables;

public sealed class MappingRunsTests
{
    private const uint MiB = 1u << 20;
    private const uint Table = 0x4000; // one table for all 4 GiB
    private const uint Pages = 0x8000;
    private const uint ReadWrite = 0x1_0C02; // a section: S, AP = 011
    private const uint ReadOnly = 0x1_8C02;
    private const uint SmallReadWrite = 0x432; // a page of the same attributes
    private const uint LargeReadWrite = 0x431;

    private readonly PlainMemory _memory = new(MiB);

    [Fact]
    public void TryNext_NeighboursOfEqualAttributes_AreOneRun()
    {
        First(0x100, 0x0050_0000 | ReadWrite);
        First(0x101, 0x0060_0000 | ReadWrite);
        First(0x102, 0x0070_0000 | ReadOnly);
        Assert.Equal(
            [(0x1000_0000, 2 * MiB, 0x0050_0000), (0x1020_0000, MiB, 0x0070_0000)],
            Runs(0, 0x8000_0000));
    }

    [Fact]
    public void TryNext_NeighboursOfMemoryApart_AreTwoRuns()
    {
        First(0x100, 0x0050_0000 | ReadWrite);
        First(0x101, 0x0070_0000 | ReadWrite);
        Assert.Equal(
            [(0x1000_0000, MiB, 0x0050_0000), (0x1010_0000, MiB, 0x0070_0000)],
            Runs(0, 0x8000_0000));
    }

    [Fact]
    public void TryNext_AHoleBetween_EndsTheRun()
    {
        First(0x100, 0x0050_0000 | ReadWrite);
        First(0x102, 0x0070_0000 | ReadWrite);
        Assert.Equal(
            [(0x1000_0000, MiB, 0x0050_0000), (0x1020_0000, MiB, 0x0070_0000)],
            Runs(0, 0x8000_0000));
    }

    [Fact]
    public void TryNext_AHoleThatMemoryDoesNotHave_EndsTheRun()
    {
        First(0x100, 0x0050_0000 | ReadWrite);
        First(0x102, 0x0060_0000 | ReadWrite);
        Assert.Equal(
            [(0x1000_0000, MiB, 0x0050_0000), (0x1020_0000, MiB, 0x0060_0000)],
            Runs(0, 0x8000_0000));
    }

    [Fact]
    public void TryNext_BlocksOfAllSizes_AreOneRun()
    {
        for (uint index = 0; index < 16; index++)
        {
            First(0x110 + index, 0x0205_0C02); // a supersection
        }

        First(0x120, 0x0300_0000 | ReadWrite);
        First(0x121, Pages | 1);
        for (uint index = 0; index < 16; index++)
        {
            Second(index, 0x0310_0000 | LargeReadWrite);
        }

        Second(16, 0x0311_0000 | SmallReadWrite);
        Second(17, 0x0311_1000 | SmallReadWrite);
        Assert.Equal([(0x1100_0000, (17 * MiB) + 0x1_2000, 0x0200_0000)], Runs(0, 0x8000_0000));
    }

    [Fact]
    public void TryNext_ARangeWithinBlocks_IsCutAtBothEnds()
    {
        First(0x100, 0x0050_0000 | ReadWrite);
        First(0x101, 0x0060_0000 | ReadWrite);
        Assert.Equal([(0x1008_0000, MiB, 0x0058_0000)], Runs(0x1008_0000, MiB));
        Assert.Equal([(0x1008_0123, 0x10, 0x0058_0123)], Runs(0x1008_0123, 0x10));
        Assert.Equal([(0x1018_0000, MiB / 2, 0x0068_0000)], Runs(0x1018_0000, 3 * MiB));
    }

    [Fact]
    public void TryNext_ARangeThatEndsAByteOff_EndsThere()
    {
        First(0x100, 0x0050_0000 | ReadWrite);
        First(0x101, 0x0090_0000 | ReadWrite);
        Assert.Equal([(0x1000_0000, MiB - 1, 0x0050_0000)], Runs(0x1000_0000, MiB - 1));
        Assert.Equal([(0x1000_0000, MiB, 0x0050_0000)], Runs(0x1000_0000, MiB));
        Assert.Equal(
            [(0x1000_0000, MiB, 0x0050_0000), (0x1010_0000, 1, 0x0090_0000)],
            Runs(0x1000_0000, MiB + 1));
    }

    [Fact]
    public void TryNext_ALonePageInATable_IsFoundAtItsPlace()
    {
        First(0x100, Pages | 1);
        Second(0xFE, 0x0050_0000 | SmallReadWrite);
        Assert.Equal([(0x100F_E000, 0x1000, 0x0050_0000)], Runs(0x1000_0000, 4 * MiB));
        Assert.Equal([], Runs(0x100F_F000, 4 * MiB));
    }

    [Fact]
    public void TryNext_UpTo4GiB_EndsThere()
    {
        First(0xFFF, 0x0050_0000 | ReadWrite);
        Assert.Equal([(0xFFF0_0000, MiB, 0x0050_0000)], Runs(0xFFE0_0000, 2 * MiB));
        Assert.Equal([(0xFFFF_F000, 0x1000, 0x005F_F000)], Runs(0xFFFF_F000, 0x1000));
    }

    [Fact]
    public void TryNext_AnEmptyRange_FindsNothing()
    {
        First(0x100, 0x0050_0000 | ReadWrite);
        Assert.Equal([], Runs(0x1000_0000, 0));
    }

    private void First(uint index, uint word) => Write(Table + (index * 4), word);

    private void Second(uint index, uint word) => Write(Pages + (index * 4), word);

    private void Write(uint address, uint word)
    {
        Machine machine = new(_memory, 0);
        machine.WriteWord(new PhysicalAddress(address), word);
    }

    private List<(uint Start, uint Length, uint Physical)> Runs(uint start, uint lengthInBytes)
    {
        Machine machine = new(_memory, 0);
        MappingRuns runs = new(new TranslationContext(Table, Table, 0, 0), new VirtualRange(new VirtualAddress(start), lengthInBytes));
        List<(uint Start, uint Length, uint Physical)> found = [];
        while (runs.TryNext(ref machine, out MappingRun run))
        {
            found.Add((run.Start.Value, run.LengthInBytes, run.Physical.Value));
            Assert.True(found.Count < 100, "the runs do not end");
        }

        return found;
    }
}
