using System.Runtime.InteropServices;

namespace Kilburn.HostedBench.Allocators;

/// <summary>A rival: one lock, and a list of free blocks for each order. Blocks are cut once, at the start, and never split or joined.</summary>
/// <remarks>
/// A quarter of the memory is cut into blocks of 1 MiB, a quarter into blocks of 64 KiB, the rest into pages. A list is a chain of
/// frame numbers, in words beside the frames and not in them. It catches no wrong free.
/// </remarks>
public unsafe struct LockedFreeList : IFrameSource
{
    private const int FramesPerMibShift = FrameOrder.Section;
    private const int SharePerOrderShift = 2;
    private const int WordsPerLine = 16;
    private const int ListsOffset = WordsPerLine; // the lock has a line for itself

    private uint* _next;
    private uint* _state;

    /// <inheritdoc/>
    public static string Name => "locked free list";

    /// <inheritdoc/>
    public void Start(uint memoryInMiB)
    {
        uint frames = memoryInMiB << FramesPerMibShift;
        _next = (uint*)NativeMemory.AllocZeroed(frames, sizeof(uint));
        _state = (uint*)NativeMemory.AllocZeroed(WordsPerLine * 3, sizeof(uint));
        uint share = frames >> SharePerOrderShift;
        Cut(0, share, FrameOrder.Section);
        Cut(share, share + share, FrameOrder.LargePage);
        Cut(share + share, frames, FrameOrder.Page);
    }

    /// <inheritdoc/>
    public readonly uint Take(uint core, int order)
    {
        SpinWord.Acquire(ref *_state);
        uint* head = _state + ListsOffset + order;
        uint frame = *head;
        if (frame != 0)
        {
            *head = _next[frame];
        }

        SpinWord.Release(ref *_state);
        return frame << FrameOrder.FrameShift;
    }

    /// <inheritdoc/>
    public readonly void Give(uint core, uint address, int order)
    {
        uint frame = address >> FrameOrder.FrameShift;
        SpinWord.Acquire(ref *_state);
        uint* head = _state + ListsOffset + order;
        _next[frame] = *head;
        *head = frame;
        SpinWord.Release(ref *_state);
    }

    /// <inheritdoc/>
    public readonly void Drain(uint core)
    {
    }

    /// <inheritdoc/>
    public readonly void End()
    {
        NativeMemory.Free(_next);
        NativeMemory.Free(_state);
    }

    // The lowest comes first. Frame 0 stands for none.
    private readonly void Cut(uint first, uint end, int order)
    {
        for (uint frame = end - (1u << order); frame >= first && frame != 0; frame -= 1u << order)
        {
            _next[frame] = _state[ListsOffset + order];
            _state[ListsOffset + order] = frame;
        }
    }
}
