using System;
using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs;

/// <summary>A process serves another's faults; an error that it answers with reaches the one who touched.</summary>
public static class PagerProgram
{
    private const uint Pages = 8;
    private const uint Length = Pages * Memory.PageBytes;
    private const uint BadPage = Pages - 1;
    private const uint WrittenPages = 3;
    private const uint UnkeptPage = WrittenPages - 1;
    private const uint ReaderBase = 0x3000_0000;
    private const uint WordBytes = 4;

    private static ReadOnlySpan<byte> Name => "pager.pages"u8;

    /// <summary>Serves, or touches.</summary>
    /// <param name="arguments">None; <c>touch</c> and <c>write</c> for the processes that are started to do so.</param>
    /// <returns>0 when every fault was served once, the bad page ended who touched it, and what could not be kept reached who waited for it.</returns>
    public static uint Main(Arguments arguments)
    {
        Check check = new("pager"u8);
        if (!arguments.TryTake(out ReadOnlySpan<byte> part))
        {
            return Serve(ref check);
        }

        return part[0] == (byte)'t' ? TouchPages(ref check) : WritePages(ref check);
    }

    private static uint Serve(ref Check check)
    {
        if (!check.Done("attach"u8, MemoryObject.TryAttachPager(Length, Name, out MemoryObject memory))
            || !check.Done("map"u8, Memory.TryMap(0, Memory.PageBytes, Memory.ReadWrite, out uint page))
            || !check.Done("spawn"u8, Process.TrySpawn("pager"u8, "touch"u8, out uint process)))
        {
            return check.Status;
        }

        uint filled = 0;
        for (uint count = 0; count < Pages; count++)
        {
            if (!check.Done("serve"u8, Pager.TryServe(out PagerRequest request)))
            {
                return check.Status;
            }

            _ = check.Equal("object"u8, request.Object, memory.Handle);
            _ = check.Equal("kind"u8, (uint)request.Kind, (uint)PagerRequestKind.Fill);
            _ = check.Equal("offset"u8, request.Offset, OrderOf(count) * Memory.PageBytes);
            bool isBad = request.Offset == BadPage * Memory.PageBytes;
            Fill(page, request.Offset);
            _ = check.Done("reply"u8, Pager.TryReply(in request, page, isBad ? PagerResult.Failed : PagerResult.Done));
            filled += isBad ? 0u : 1u;
        }

        uint bad = ReaderBase + (BadPage * Memory.PageBytes);
        _ = check.Faults("the other's touch"u8, process, ProcessEndReason.PagerFailed, MemoryAccess.Read, bad);
        uint kept = Keep(ref check);
        Line line = check.Begin();
        line.AddDecimal(filled);
        line.Add(" pages served; the one that could not be ended who touched it; "u8);
        line.AddDecimal(kept);
        line.Add(" kept; who wrote the one that could not be was told"u8);
        line.Print();
        return check.Status;
    }

    // Another writes pages that are there, and waits for each: the last one is not kept. A page more says that it is through.
    private static uint Keep(ref Check check)
    {
        if (!check.Done("spawn"u8, Process.TrySpawn("pager"u8, "write"u8, out uint process)))
        {
            return 0;
        }

        uint kept = 0;
        uint next = 0;
        while (next <= WrittenPages)
        {
            if (!check.Done("serve"u8, Pager.TryServe(out PagerRequest request)))
            {
                return kept;
            }

            // A page can be taken between the fault that lets it be written and the store: then it is written, and taken, once more.
            bool isAgain = next != 0 && request.Offset == (next - 1) * Memory.PageBytes;
            next += isAgain ? 0u : 1u;
            _ = check.Equal("kind"u8, (uint)request.Kind, (uint)PagerRequestKind.WriteBack);
            _ = check.Equal("offset"u8, request.Offset, (next - 1) * Memory.PageBytes);
            bool isKept = request.Offset != UnkeptPage * Memory.PageBytes;
            _ = check.Done("reply"u8, Pager.TryReply(in request, 0, isKept ? PagerResult.Done : PagerResult.Failed));
            kept += isKept && !isAgain && next <= WrittenPages ? 1u : 0u;
        }

        _ = check.Equal("the writer's end"u8, Process.WaitFor(process, 0) ? 1u : 0u, 1);
        return kept;
    }

    private static uint WritePages(ref Check check)
    {
        if (!check.Done("open"u8, MemoryObject.TryOpen(Name, out MemoryObject memory))
            || !check.Done("map"u8, Memory.TryMap(
                ReaderBase, Length, Memory.ReadWrite | MapFlags.SharedObject | MapFlags.Fixed, memory, 0, out _)))
        {
            return check.Status;
        }

        for (uint page = 0; page < WrittenPages; page++)
        {
            Instructions.Store(ReaderBase + (page * Memory.PageBytes), page);
            bool isKept = page != UnkeptPage;
            _ = check.Equal("sync"u8, (uint)memory.TrySync(), (uint)(isKept ? SystemCallError.None : SystemCallError.NotKept));
        }

        _ = check.Done("a second sync"u8, memory.TrySync());
        Instructions.Store(ReaderBase + (WrittenPages * Memory.PageBytes), WrittenPages);
        return check.Status;
    }

    private static uint TouchPages(ref Check check)
    {
        if (!check.Done("open"u8, MemoryObject.TryOpen(Name, out MemoryObject memory))
            || !check.Done("map"u8, Memory.TryMap(
                ReaderBase, Length, MapFlags.Read | MapFlags.SharedObject | MapFlags.Fixed, memory, 0, out _)))
        {
            return check.Status;
        }

        for (uint count = 0; count < BadPage; count++)
        {
            uint offset = OrderOf(count) * Memory.PageBytes;
            for (uint word = 0; word < Memory.PageBytes; word += WordBytes)
            {
                if (!check.Equal("word"u8, Instructions.Load(ReaderBase + offset + word), ContentOf(offset + word)))
                {
                    return check.Status;
                }
            }
        }

        return 2 + Instructions.Load(ReaderBase + (BadPage * Memory.PageBytes)); // faults
    }

    // Odd steps through the good pages, and the bad one last.
    private static uint OrderOf(uint count)
    {
        uint page = count;
        for (uint step = 0; step < 2; step++)
        {
            page = page + count >= BadPage ? page + count - BadPage : page + count;
        }

        return count == BadPage ? BadPage : page;
    }

    private static void Fill(uint page, uint offset)
    {
        for (uint word = 0; word < Memory.PageBytes; word += WordBytes)
        {
            Instructions.Store(page + word, ContentOf(offset + word));
        }
    }

    private static uint ContentOf(uint offset) => (offset << 8) ^ ~offset;
}
