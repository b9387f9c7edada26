using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs;

/// <summary>Clones of clones: each sees what its ancestors wrote before it was born, and nothing of anybody else's.</summary>
/// <remarks>
/// Processes are numbered as a heap is: those of n are 2n and 2n + 1. Process n writes to page n at its birth, and to page 16 + n when its
/// children are there, who must not see that.
/// </remarks>
public static class CloneTree
{
    private const uint Base = 0x2000_0000;
    private const uint Pages = 32;
    private const uint Length = Pages * Memory.PageBytes;
    private const uint LastParent = 7; // 15 processes
    private const uint FirstLatePage = 16;
    private const uint Mark = 0x0101_0101;

    /// <summary>Grows the tree.</summary>
    /// <param name="arguments">None.</param>
    /// <returns>0 when every process found what it should.</returns>
    public static uint Main(Arguments arguments)
    {
        Check check = new("clone-tree"u8);
        if (!check.Done("map"u8, Memory.TryMap(Base, Length, Memory.ReadWrite | MapFlags.Fixed, out _)))
        {
            return check.Status;
        }

        for (uint page = 0; page < Pages; page++)
        {
            Instructions.Store(AddressOf(page), Untouched(page));
        }

        uint wrong = Grow(1);
        _ = Statistics.TryRead(out SpaceStatistics statistics);
        Line line = check.Begin();
        line.AddDecimal((2 * LastParent) + 1);
        line.Add(" processes, "u8);
        line.AddDecimal(wrong);
        line.Add(" pages wrong; the first copied "u8);
        line.AddDecimal(statistics.Copies);
        line.Add(" pages and kept "u8);
        line.AddDecimal(statistics.Reuses);
        line.Print();
        return wrong == 0 ? check.Status : 1;
    }

    // What this process and its descendants find wrong.
    private static uint Grow(uint number)
    {
        Instructions.Store(AddressOf(number), Mark * number);
        uint wrong = CountWrong(number, number);
        if (number <= LastParent)
        {
            wrong += Bear(2 * number, out uint first);
            wrong += Bear((2 * number) + 1, out uint second);
            Instructions.Store(AddressOf(FirstLatePage + number), Mark * (FirstLatePage + number));
            wrong += Bury(first);
            wrong += Bury(second);
            wrong += CountWrong(number, FirstLatePage + number); // nothing that descendants did is seen here
        }

        // A hole and a change of rights are this process's alone, too.
        wrong += number != 1 && Memory.TryUnmap(AddressOf(0), Memory.PageBytes) != SystemCallError.None ? 1u : 0u;
        wrong += Memory.TryProtect(AddressOf(Pages - 1), Memory.PageBytes, MapFlags.Read) != SystemCallError.None ? 1u : 0u;
        return wrong;
    }

    private static uint Bear(uint number, out uint child)
    {
        if (Process.TryClone(out child) != SystemCallError.None)
        {
            return 1;
        }

        if (child == 0)
        {
            Process.Exit(Grow(number));
        }

        return 0;
    }

    private static uint Bury(uint child) =>
        Process.TryWait(child, out ProcessEnd end) == SystemCallError.None && end.Reason == ProcessEndReason.Exited
            ? end.Status
            : 1;

    private static uint CountWrong(uint number, uint latePage)
    {
        uint wrong = 0;
        for (uint page = 0; page < Pages; page++)
        {
            uint expected = page == latePage || IsLine(page, number) ? Mark * page : Untouched(page);
            wrong += Instructions.Load(AddressOf(page)) != expected ? 1u : 0u;
        }

        return wrong;
    }

    // Whether a process is the other or an ancestor of it.
    private static bool IsLine(uint ancestor, uint number)
    {
        while (number > ancestor)
        {
            number >>= 1;
        }

        return number == ancestor && number != 0;
    }

    private static uint AddressOf(uint page) => Base + (page * Memory.PageBytes);

    private static uint Untouched(uint page) => ~page;
}
