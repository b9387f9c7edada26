using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs;

/// <summary>Faults, counted exactly: first writes, first reads, writes after reads, touches of what was given back.</summary>
/// <remarks>The first read of a page brings all untouched ones of its 64 KiB.</remarks>
public static class Touch
{
    private const uint Pages = 64;
    private const uint Length = Pages * Memory.PageBytes;
    private const int BlockShift = 16; // 64 KiB

    /// <summary>Touches pages, and holds the counters against what each touch must do.</summary>
    /// <param name="arguments">None.</param>
    /// <returns>0 when all counts are right.</returns>
    public static uint Main(Arguments arguments)
    {
        Check check = new("touch"u8);
        _ = Statistics.TryRead(out SpaceStatistics begin);
        if (!check.Done("map"u8, Memory.TryMap(0, Length, Memory.ReadWrite, out uint start)))
        {
            return check.Status;
        }

        uint blocks = ((start + Length - 1) >> BlockShift) - (start >> BlockShift) + 1;
        Expect(ref check, in begin, reserved: Pages, resident: 0, fills: 0, reads: 0, copies: 0);
        _ = ReadEach(start);
        Expect(ref check, in begin, Pages, 0, 0, blocks, 0);
        _ = ReadEach(start);
        Expect(ref check, in begin, Pages, 0, 0, blocks, 0);
        WriteEach(start);
        Expect(ref check, in begin, Pages, Pages, Pages, blocks, 0);
        WriteEach(start);
        _ = check.Equal("sum of what was written"u8, ReadEach(start), Pages * (Pages - 1) / 2);
        Expect(ref check, in begin, Pages, Pages, Pages, blocks, 0);
        ExpectUses(ref check, start);
        _ = check.Done("discard"u8, Memory.TryAdvise(start, Length, MemoryAdvice.Discard));
        Expect(ref check, in begin, Pages, 0, Pages, blocks, 0);
        WriteEach(start);
        Expect(ref check, in begin, Pages, Pages, 2 * Pages, blocks, 0);
        _ = check.Done("unmap"u8, Memory.TryUnmap(start, Length));
        Expect(ref check, in begin, 0, 0, 2 * Pages, blocks, 0);
        _ = check.Done("map at once"u8, Memory.TryMap(0, Length, Memory.ReadWrite | MapFlags.Populate, out start));
        WriteEach(start);
        Expect(ref check, in begin, Pages, Pages, 2 * Pages, blocks, 0);
        _ = check.Done("unmap"u8, Memory.TryUnmap(start, Length));

        _ = Statistics.TryRead(out SpaceStatistics end);
        Line line = check.Begin();
        line.AddDecimal(end.ZeroReads - begin.ZeroReads);
        line.Add(" first reads, "u8);
        line.AddDecimal(end.Neighbours - begin.Neighbours);
        line.Add(" pages beside those, "u8);
        line.AddDecimal(end.ZeroFills - begin.ZeroFills);
        line.Add(" first writes, "u8);
        line.AddDecimal(end.Copies - begin.Copies);
        line.Add(" copies, "u8);
        line.AddDecimal(check.Failures);
        line.Add(" counts wrong"u8);
        line.Print();
        return check.Status;
    }

    private static void Expect(
        ref Check check, in SpaceStatistics begin, uint reserved, uint resident, uint fills, uint reads, uint copies)
    {
        _ = check.Done("statistics"u8, Statistics.TryRead(out SpaceStatistics now));
        _ = check.Equal("pages reserved"u8, now.ReservedPages - begin.ReservedPages, reserved);
        _ = check.Equal("pages resident"u8, now.ResidentPages - begin.ResidentPages, resident);
        _ = check.Equal("first writes"u8, now.ZeroFills - begin.ZeroFills, fills);
        _ = check.Equal("first reads"u8, now.ZeroReads - begin.ZeroReads, reads);
        _ = check.Equal("pages beside those read"u8, now.Neighbours - begin.Neighbours, reads == 0 ? 0 : Pages - reads);
        _ = check.Equal("copies"u8, now.Copies - begin.Copies, copies);
        _ = check.Equal("faults refused"u8, now.Refused - begin.Refused, 0);
    }

    // What was aged faults once when it is used again, and keeps its contents.
    private static void ExpectUses(ref Check check, uint start)
    {
        _ = Statistics.TryRead(out SpaceStatistics begin);
        _ = check.Done("age"u8, Memory.TryAdvise(start, Length, MemoryAdvice.Age));
        Instructions.Store(start, 0);
        _ = check.Equal("sum of what was aged"u8, ReadEach(start), Pages * (Pages - 1) / 2);
        _ = ReadEach(start);
        _ = check.Done("statistics"u8, Statistics.TryRead(out SpaceStatistics now));
        _ = check.Equal("pages used again"u8, now.Uses - begin.Uses, now.ResidentPages - begin.ResidentPages == 0 ? Pages : 0);
    }

    private static uint ReadEach(uint start)
    {
        uint sum = 0;
        for (uint page = 0; page < Pages; page++)
        {
            sum += Instructions.Load(start + (page * Memory.PageBytes));
        }

        return sum;
    }

    private static void WriteEach(uint start)
    {
        for (uint page = 0; page < Pages; page++)
        {
            Instructions.Store(start + (page * Memory.PageBytes), page);
        }
    }
}
