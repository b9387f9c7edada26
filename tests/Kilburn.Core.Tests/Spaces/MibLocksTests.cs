using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tests.Machines;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

public sealed class MibLocksTests
{
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint MibCount = 2048;
    private const int FirstWord = 0x400 / sizeof(uint);
    private const int WordCount = 64;

    private readonly PlainMemory _memory = new(Page);
    private PlainMachine<Asids8> _machine;

    public MibLocksTests() => _machine = new PlainMachine<Asids8>(_memory, 0);

    private Span<uint> PageWords => MemoryMarshal.Cast<byte, uint>(_memory.At(default, Page));

    private Span<uint> Words => PageWords.Slice(FirstWord, WordCount);

    private ref SpaceControl Control => ref _machine.Data<SpaceControl>(default(PhysicalAddress));

    // First byte, length, and the MiBs that these are in.
    public static TheoryData<uint, uint, uint, uint> Ranges => new()
    {
        { 0, Page, 0, 0 },
        { MiB - Page, Page, 0, 0 },
        { MiB, MiB, 1, 1 },
        { (30 * MiB) + Page, MiB - Page, 30, 30 },
        { 31 * MiB, MiB, 31, 31 },
        { 3 * MiB, 2 * MiB, 3, 4 },
        { (3 * MiB) - Page, 2 * Page, 2, 3 },
        { (5 * MiB) + (7 * Page), 20 * MiB, 5, 25 },
        { 0, 32 * MiB, 0, 31 },
        { 32 * MiB, 32 * MiB, 32, 63 },
        { (32 * MiB) - Page, 2 * Page, 31, 32 },
        { 40 * MiB, 50 * MiB, 40, 89 },
        { 31 * MiB, 66 * MiB, 31, 96 },
        { 95 * MiB, 97 * MiB, 95, 191 },
        { 2047 * MiB, MiB, 2047, 2047 },
        { 1950 * MiB, 98 * MiB, 1950, 2047 },
        { 0, 2048 * MiB, 0, 2047 },
    };

    // Two ranges, each as its first MiB and how many.
    public static TheoryData<uint, uint, uint, uint> Moves => new()
    {
        { 0, 1, 1, 1 },
        { 3, 4, 3, 2 },
        { 40, 11, 45, 12 },
        { 5, 90, 1000, 90 },
        { 1000, 70, 5, 70 },
        { 31, 1, 32, 1 },
        { 32, 32, 96, 32 },
        { 2047, 1, 0, 1 },
        { 0, 1, 1984, 64 },
        { 61, 4, 2016, 32 },
    };

    [Theory]
    [InlineData(0u, 0, 0x8000_0000u)]
    [InlineData(1u, 0, 0x4000_0000u)]
    [InlineData(31u, 0, 1u)]
    [InlineData(32u, 1, 0x8000_0000u)]
    [InlineData(77u, 2, 0x0004_0000u)]
    [InlineData(2016u, 63, 0x8000_0000u)]
    [InlineData(2047u, 63, 1u)]
    public void BitOf_AndWordOf_AMib_AreOneBitOfTheBitmap(uint mib, int word, uint bit)
    {
        Assert.Equal(bit, MibLocks.BitOf(mib));
        MibLocks.WordOf(ref Control, mib) = 0x1234_5678;
        Assert.Equal(0x1234_5678u, Words[word]);
    }

    [Theory]
    [MemberData(nameof(Ranges))]
    public void TakeRange_OfFreeMibs_SetsTheBitsOfTheRangeAlone(uint start, uint length, uint first, uint last)
    {
        MibLocks.TakeRange(ref _machine, ref Control, new VirtualAddress(start), new VirtualAddress(start + length));
        Assert.Equal(MibsOf(first, last), SetMibs());
        Assert.False(_memory.IsIdle(0));
        MibLocks.ReleaseRange(ref _machine, ref Control, new VirtualAddress(start), new VirtualAddress(start + length));
        AssertClear();
        Assert.True(_memory.IsIdle(0));
    }

    [Theory]
    [MemberData(nameof(Ranges))]
    public void ReleaseRange_WhereAllOthersAreTaken_ClearsTheBitsOfTheRangeAlone(uint start, uint length, uint first, uint last)
    {
        MibLocks.TakeRange(ref _machine, ref Control, new VirtualAddress(start), new VirtualAddress(start + length));
        Words.Fill(uint.MaxValue);
        MibLocks.ReleaseRange(ref _machine, ref Control, new VirtualAddress(start), new VirtualAddress(start + length));
        Assert.Equal(MibsOf(0, MibCount - 1).Except(MibsOf(first, last)), SetMibs());
    }

    [Theory]
    [MemberData(nameof(Moves))]
    public void TakeBoth_OfFreeMibs_SetsTheBitsOfBothRanges(uint from, uint count, uint to, uint countThere)
    {
        MovePlan plan = Plan(from, count, to, countThere);
        MibLocks.TakeBoth(ref _machine, ref Control, in plan);
        Assert.Equal(MibsOf(from, from + count - 1).Union(MibsOf(to, to + countThere - 1)).Order(), SetMibs());
        Assert.False(_memory.IsIdle(0));
        MibLocks.ReleaseBoth(ref _machine, ref Control, in plan);
        AssertClear();
        Assert.True(_memory.IsIdle(0));
    }

    [Theory]
    [MemberData(nameof(Moves))]
    public void ReleaseBoth_WhereAllOthersAreTaken_ClearsTheBitsOfBothRanges(uint from, uint count, uint to, uint countThere)
    {
        MovePlan plan = Plan(from, count, to, countThere);
        MibLocks.TakeBoth(ref _machine, ref Control, in plan);
        Words.Fill(uint.MaxValue);
        MibLocks.ReleaseBoth(ref _machine, ref Control, in plan);
        Assert.Equal(
            MibsOf(0, MibCount - 1).Except(MibsOf(from, from + count - 1)).Except(MibsOf(to, to + countThere - 1)), SetMibs());
    }

    // Pages, not whole MiBs: the ends lie within MiBs that count whole.
    [Fact]
    public void TakeBoth_OfRangesThatEndWithinMibs_TakesTheseMibs()
    {
        MovePlan plan = new()
        {
            Start = new VirtualAddress((33 * MiB) - Page),
            End = new VirtualAddress((33 * MiB) + Page),
            Destination = new VirtualAddress(64 * MiB),
            AddedInBytes = MiB - (2 * Page),
        };
        MibLocks.TakeBoth(ref _machine, ref Control, in plan);
        Assert.Equal([32u, 33u, 64u], SetMibs());
        MibLocks.ReleaseBoth(ref _machine, ref Control, in plan);
        AssertClear();
    }

    [Fact]
    public void TakeAll_OfFreeMibs_SetsAllWordsOfTheBitmapAlone()
    {
        MibLocks.TakeAll(ref _machine, ref Control);
        Assert.Equal(Enumerable.Repeat(uint.MaxValue, WordCount), Words.ToArray());
        Assert.Equal(WordCount, PageWords.ToArray().Count(word => word != 0));
        Assert.False(_memory.IsIdle(0));
        MibLocks.ReleaseAll(ref _machine, ref Control, default);
        AssertClear();
        Assert.True(_memory.IsIdle(0));
    }

    [Fact]
    public void ReleaseAll_InAFullPage_ClearsAllWordsOfTheBitmapAloneAndTellsThoseWhoWait()
    {
        MibLocks.TakeAll(ref _machine, ref Control);
        PageWords.Fill(uint.MaxValue);
        List<string> accesses = [];
        _memory.BeforeSharedAccess = accesses.Add;
        MibLocks.ReleaseAll(ref _machine, ref Control, default);
        Assert.Equal([nameof(IMachine.OrderMemory), nameof(IMachine.StoreRelease)], accesses);
        Assert.Equal(new uint[WordCount], Words.ToArray());
        Assert.Equal(WordCount, PageWords.ToArray().Count(word => word == 0));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(31u)]
    [InlineData(40u)]
    [InlineData(2047u)]
    public void Take_OneMib_IsGivenBackWhileOthersHoldTheRestOfItsWord(uint mib)
    {
        ref uint word = ref MibLocks.WordOf(ref Control, mib);
        uint bit = MibLocks.BitOf(mib);
        uint counter = 41;
        MibLocks.Take(ref _machine, ref word, bit);
        Assert.Equal([mib], SetMibs());
        word = uint.MaxValue;
        MibLocks.Release(ref _machine, ref word, bit);
        Assert.Equal(~bit, word);
        Assert.True(_memory.IsIdle(0));
        MibLocks.Take(ref _machine, ref word, bit);
        Assert.Equal(uint.MaxValue, word);
        Assert.False(_memory.IsIdle(0));
        MibLocks.ReleaseAndCount(ref _machine, ref word, bit, ref counter);
        Assert.Equal((~bit, 42u), (word, counter));
        Assert.True(_memory.IsIdle(0));
    }

    [Fact]
    public void Release_OfAMibThatNobodyHolds_EndsTheMachine()
    {
        Assert.SkipUnless(BuildChecks.Enabled, "Who holds a MiB is asked in a checked build.");
        uint word = ~MibLocks.BitOf(5);
        uint counter = 0;
        PanicException panic = Assert.Throws<PanicException>(() => MibLocks.Release(ref _machine, ref word, MibLocks.BitOf(5)));
        Assert.StartsWith("L3: ", panic.Message, StringComparison.Ordinal);
        panic = Assert.Throws<PanicException>(
            () => MibLocks.ReleaseAndCount(ref _machine, ref word, MibLocks.BitOf(5), ref counter));
        Assert.StartsWith("L3: ", panic.Message, StringComparison.Ordinal);
        Assert.Equal((~MibLocks.BitOf(5), 0u), (word, counter));
    }

    private static MovePlan Plan(uint from, uint count, uint to, uint countThere) => new()
    {
        Start = new VirtualAddress(from * MiB),
        End = new VirtualAddress((from + count) * MiB),
        Destination = new VirtualAddress(to * MiB),
        AddedInBytes = unchecked((countThere - count) * MiB),
    };

    private static IEnumerable<uint> MibsOf(uint first, uint last)
    {
        for (uint mib = first; mib <= last; mib++)
        {
            yield return mib;
        }
    }

    // By the layout of the bitmap: the lowest MiB of a word in its highest bit.
    private uint[] SetMibs()
    {
        uint[] words = Words.ToArray();
        return [.. MibsOf(0, MibCount - 1).Where(mib => ((words[mib / 32] << (int)(mib % 32)) & 0x8000_0000) != 0)];
    }

    private void AssertClear() => Assert.All(PageWords.ToArray(), word => Assert.Equal(0u, word));
}
