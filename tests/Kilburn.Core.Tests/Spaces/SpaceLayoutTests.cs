using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tests.Machines;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class SpaceLayoutTests
{
    private const uint Page = 0x1000;
    private const uint MibCount = 2048;
    private const int SummaryByte = 0x080;
    private const int OccupiedByte = 0x100;
    private const int SharedByte = 0x200;

    private static readonly uint[] s_mibs = [0, 1, 31, 32, 33, 500, 1023, 1024, 1025, 1056, 2015, 2016, 2047];

    private readonly PlainMemory _memory = new(Page);
    private PlainMachine<Asids8> _machine;

    // All that is no bitmap has all its bits set.
    public SpaceLayoutTests()
    {
        _machine = new PlainMachine<Asids8>(_memory, 0);
        _memory.At(default, Page).Fill(0xFF);
        Words(SummaryByte, 2).Clear();
        Words(OccupiedByte, 64).Clear();
    }

    public static TheoryData<uint> Mibs => [.. s_mibs];

    private ref SpaceControl Control => ref _machine.Data<SpaceControl>(default(PhysicalAddress));

    [Fact]
    public void TryFindOccupied_WhereNoMibHasATable_FindsNone()
    {
        foreach (uint from in new uint[] { 0, 31, 1023, 1024, MibCount - 1, MibCount })
        {
            uint mib = from;
            Assert.False(SpaceLayout.TryFindOccupied(ref _machine, default, ref mib));
            Assert.False(from < MibCount && SpaceLayout.IsOccupied(ref _machine, default, from));
        }

        Assert.False(SpaceLayout.TryTakeOccupied(ref _machine, default, out uint taken));
        Assert.Equal(0u, taken);
        Assert.True(SpaceLayout.IsEmpty(ref _machine, default));
        Assert.Equal(0u, SpaceLayout.CountTables(ref _machine, default));
    }

    [Theory]
    [MemberData(nameof(Mibs))]
    public void MarkOccupied_OfOneMib_IsFoundFromAllBelowAndFromNoneAbove(uint mib)
    {
        SpaceLayout.MarkOccupied(ref _machine, ref Control, mib);
        for (uint from = 0; from <= MibCount; from++)
        {
            uint found = from;
            Assert.Equal(from <= mib, SpaceLayout.TryFindOccupied(ref _machine, default, ref found));
            Assert.True(from > mib || found == mib);
            Assert.Equal(from == mib, from < MibCount && SpaceLayout.IsOccupied(ref _machine, default, from));
        }

        Assert.False(SpaceLayout.IsEmpty(ref _machine, default));
        SpaceLayout.ClearOccupied(ref _machine, default, mib);
        Assert.True(SpaceLayout.IsEmpty(ref _machine, default));
        Assert.False(SpaceLayout.IsOccupied(ref _machine, default, mib));
    }

    [Fact]
    public void TryFindOccupied_OfManyMibs_FindsThemInTurn()
    {
        foreach (uint mib in s_mibs)
        {
            SpaceLayout.MarkOccupied(ref _machine, ref Control, mib);
        }

        List<uint> found = [];
        for (uint mib = 0; SpaceLayout.TryFindOccupied(ref _machine, default, ref mib); mib++)
        {
            found.Add(mib);
        }

        List<uint> taken = [];
        while (SpaceLayout.TryTakeOccupied(ref _machine, default, out uint mib))
        {
            taken.Add(mib);
        }

        Assert.Equal(s_mibs, found);
        Assert.Equal(s_mibs, taken);
        Assert.True(SpaceLayout.IsEmpty(ref _machine, default));
    }

    // Between two steps of the one that clears.
    [Fact]
    public void ClearOccupied_WhileANeighbourBecomesATable_LeavesThatToBeFound()
    {
        SpaceLayout.MarkOccupied(ref _machine, ref Control, 40);
        _memory.BeforeSharedAccess = name =>
        {
            if (name == nameof(IMachine.LoadAcquire))
            {
                Words(OccupiedByte, 64)[1] |= 1u << 9;
            }
        };
        SpaceLayout.ClearOccupied(ref _machine, default, 40);
        _memory.BeforeSharedAccess = null;
        uint mib = 0;
        Assert.True(SpaceLayout.TryFindOccupied(ref _machine, default, ref mib));
        Assert.Equal(41u, mib);
        Assert.False(SpaceLayout.IsEmpty(ref _machine, default));
    }

    [Theory]
    [MemberData(nameof(Mibs))]
    public void ToggleShared_OfOneMib_ChangesItsBitAlone(uint mib)
    {
        Words(SharedByte, 64).Clear();
        byte[] before = _memory.At(default, Page).ToArray();
        SpaceLayout.ToggleShared(ref _machine, default, mib);
        Assert.True(SpaceLayout.IsShared(ref _machine, default, mib));
        Assert.Equal(1u << (int)(mib % 32), Words(SharedByte, 64)[(int)(mib / 32)]);
        SpaceLayout.ToggleShared(ref _machine, default, mib);
        Assert.False(SpaceLayout.IsShared(ref _machine, default, mib));
        Assert.Equal(before, _memory.At(default, Page).ToArray());
    }

    private Span<uint> Words(int start, int count) =>
        MemoryMarshal.Cast<byte, uint>(_memory.At(default, Page)).Slice(start / sizeof(uint), count);
}
