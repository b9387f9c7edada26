using System;
using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs;

/// <summary>Two processes, two objects, different rights: what one may write, the other may only read.</summary>
public static class Share
{
    private const uint Length = 4 * Memory.PageBytes;
    private const uint Rounds = 100;
    private const uint Factor = 3;
    private const uint ReaderBase = 0x3000_0000;

    private static ReadOnlySpan<byte> Questions => "share.questions"u8;

    private static ReadOnlySpan<byte> Answers => "share.answers"u8;

    /// <summary>Asks and answers.</summary>
    /// <param name="arguments">None; <c>answer</c> for the process that is started to answer.</param>
    /// <returns>0 when all answers were right, and the other ended as it tried to write what it may only read.</returns>
    public static uint Main(Arguments arguments)
    {
        Check check = new("share"u8);
        return arguments.TryTake(out _) ? Answer(ref check) : Ask(ref check);
    }

    private static uint Ask(ref Check check)
    {
        if (!check.Done("create"u8, MemoryObject.TryCreate(Length, Questions, out MemoryObject questions))
            || !check.Done("create"u8, MemoryObject.TryCreate(Length, Answers, out MemoryObject answers))
            || !check.Done("map"u8, Memory.TryMap(0, Length, Memory.ReadWrite | MapFlags.SharedObject, questions, 0, out uint asked))
            || !check.Done("map"u8, Memory.TryMap(0, Length, MapFlags.Read | MapFlags.SharedObject, answers, 0, out uint answered))
            || !check.Done("spawn"u8, Process.TrySpawn("share"u8, "answer"u8, out uint process)))
        {
            return check.Status;
        }

        uint right = 0;
        for (uint round = 1; round <= Rounds; round++)
        {
            uint place = PlaceOf(round);
            Instructions.Store(asked + place, round);
            Instructions.Store(asked, round);
            while (Instructions.Load(answered) != round)
            {
                Process.Yield();
            }

            right += Instructions.Load(answered + place) == Factor * round ? 1u : 0u;
        }

        _ = check.Equal("right answers"u8, right, Rounds);
        _ = check.Faults(
            "the other's write"u8, process, ProcessEndReason.Protection, MemoryAccess.Write, ReaderBase);
        Line line = check.Begin();
        line.AddDecimal(right);
        line.Add(" of "u8);
        line.AddDecimal(Rounds);
        line.Add(" answers right; the other's write to what it may only read was refused"u8);
        line.Print();
        return check.Status;
    }

    private static uint Answer(ref Check check)
    {
        if (!check.Done("open"u8, MemoryObject.TryOpen(Questions, out MemoryObject questions))
            || !check.Done("open"u8, MemoryObject.TryOpen(Answers, out MemoryObject answers))
            || !check.Done("map"u8, Memory.TryMap(
                ReaderBase, Length, MapFlags.Read | MapFlags.SharedObject | MapFlags.Fixed, questions, 0, out uint asked))
            || !check.Done("map"u8, Memory.TryMap(0, Length, Memory.ReadWrite | MapFlags.SharedObject, answers, 0, out uint answered)))
        {
            return check.Status;
        }

        for (uint round = 1; round <= Rounds; round++)
        {
            while (Instructions.Load(asked) != round)
            {
                Process.Yield();
            }

            uint place = PlaceOf(round);
            Instructions.Store(answered + place, Factor * Instructions.Load(asked + place));
            Instructions.Store(answered, round);
        }

        Instructions.Store(asked, 0);
        return 1; // should not be reached
    }

    // Places over all pages, the first word left out: round times 164, in 16 KiB.
    private static uint PlaceOf(uint round) => ((round * 164) & (Length - 1)) | 4;
}
