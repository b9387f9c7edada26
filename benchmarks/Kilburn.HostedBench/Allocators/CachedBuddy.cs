using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kilburn.HostedBench.Allocators;

/// <summary>
/// A rival: a binary buddy under one lock, with a cache of pages in front of each core. A page from the cache, or into it, takes no lock and no
/// atomic operation.
/// </summary>
/// <remarks>
/// A free block is in the list of its order, chained both ways by frame number; a byte per frame holds the order of the free block that begins
/// there. A cache that is empty or full trades half of itself under the lock. It catches no wrong free.
/// </remarks>
public unsafe struct CachedBuddy : IFrameSource
{
    private const int MostOrder = 12;
    private const int CoreCount = 4;
    private const uint CacheCapacity = 1024;
    private const uint Batch = CacheCapacity / 2;
    private const uint CacheStride = CacheCapacity + 32; // words; a count, and no line that two cores share
    private const uint FirstEntry = 16;
    private const uint LineInBytes = 64;
    private const byte NotFree = 0xFF;

    private uint* _next;
    private uint* _previous;
    private byte* _freeOrder;
    private uint* _heads;
    private uint* _lock;
    private uint* _caches;
    private uint _frames;

    /// <inheritdoc/>
    public static string Name => "buddy with caches";

    /// <inheritdoc/>
    public void Start(uint memoryInMiB)
    {
        _frames = memoryInMiB << FrameOrder.Section;
        _next = (uint*)NativeMemory.AllocZeroed(_frames, sizeof(uint));
        _previous = (uint*)NativeMemory.AllocZeroed(_frames, sizeof(uint));
        _freeOrder = (byte*)NativeMemory.Alloc(_frames);
        NativeMemory.Fill(_freeOrder, _frames, NotFree);
        _heads = Words(MostOrder + 1);
        _lock = Words(1);
        _caches = Words(CacheStride * CoreCount);
        for (uint frame = _frames; frame > 1u << MostOrder;)
        {
            frame -= 1u << MostOrder;
            Insert(frame, MostOrder);
        }

        // Frame 0 stands for none: the lowest block without it.
        for (int order = MostOrder - 1; order >= 0; order--)
        {
            Insert(1u << order, order);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Take(uint core, int order)
    {
        if (order != FrameOrder.Page)
        {
            return TakeLocked(order) << FrameOrder.FrameShift;
        }

        uint* cache = _caches + (core * CacheStride);
        if (*cache == 0 && !Fill(cache))
        {
            return 0;
        }

        return cache[FirstEntry + --*cache] << FrameOrder.FrameShift;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Give(uint core, uint address, int order)
    {
        uint frame = address >> FrameOrder.FrameShift;
        if (order != FrameOrder.Page)
        {
            SpinWord.Acquire(ref *_lock);
            Free(frame, order);
            SpinWord.Release(ref *_lock);
            return;
        }

        uint* cache = _caches + (core * CacheStride);
        if (*cache == CacheCapacity)
        {
            Spill(cache, Batch);
        }

        cache[FirstEntry + (*cache)++] = frame;
    }

    /// <inheritdoc/>
    public readonly void Drain(uint core)
    {
        uint* cache = _caches + (core * CacheStride);
        Spill(cache, *cache);
    }

    /// <inheritdoc/>
    public readonly void End()
    {
        NativeMemory.Free(_next);
        NativeMemory.Free(_previous);
        NativeMemory.Free(_freeOrder);
        NativeMemory.AlignedFree(_heads);
        NativeMemory.AlignedFree(_lock);
        NativeMemory.AlignedFree(_caches);
    }

    private static uint* Words(uint count)
    {
        void* words = NativeMemory.AlignedAlloc(count * sizeof(uint), LineInBytes);
        NativeMemory.Clear(words, count * sizeof(uint));
        return (uint*)words;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool Fill(uint* cache)
    {
        SpinWord.Acquire(ref *_lock);
        uint count = 0;
        for (; count < Batch; count++)
        {
            uint frame = Allocate(FrameOrder.Page);
            if (frame == 0)
            {
                break;
            }

            cache[FirstEntry + count] = frame;
        }

        SpinWord.Release(ref *_lock);
        *cache = count;
        return count != 0;
    }

    // The oldest go: those on top are in the processor's caches.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void Spill(uint* cache, uint count)
    {
        SpinWord.Acquire(ref *_lock);
        for (uint index = 0; index < count; index++)
        {
            Free(cache[FirstEntry + index], FrameOrder.Page);
        }

        SpinWord.Release(ref *_lock);
        *cache -= count;
        NativeMemory.Copy(cache + FirstEntry + count, cache + FirstEntry, *cache * sizeof(uint));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly uint TakeLocked(int order)
    {
        SpinWord.Acquire(ref *_lock);
        uint frame = Allocate(order);
        SpinWord.Release(ref *_lock);
        return frame;
    }

    private readonly uint Allocate(int order)
    {
        for (int found = order; found <= MostOrder; found++)
        {
            uint frame = _heads[found];
            if (frame == 0)
            {
                continue;
            }

            Remove(frame, found);
            while (found > order)
            {
                found--;
                Insert(frame + (1u << found), found);
            }

            return frame;
        }

        return 0;
    }

    private readonly void Free(uint frame, int order)
    {
        for (; order < MostOrder; order++)
        {
            uint buddy = frame ^ (1u << order);
            if (buddy >= _frames || _freeOrder[buddy] != order)
            {
                break;
            }

            Remove(buddy, order);
            frame &= ~(1u << order);
        }

        Insert(frame, order);
    }

    private readonly void Insert(uint frame, int order)
    {
        uint first = _heads[order];
        _next[frame] = first;
        _previous[frame] = 0;
        if (first != 0)
        {
            _previous[first] = frame;
        }

        _heads[order] = frame;
        _freeOrder[frame] = (byte)order;
    }

    private readonly void Remove(uint frame, int order)
    {
        uint next = _next[frame];
        uint previous = _previous[frame];
        if (previous != 0)
        {
            _next[previous] = next;
        }
        else
        {
            _heads[order] = next;
        }

        if (next != 0)
        {
            _previous[next] = previous;
        }

        _freeOrder[frame] = NotFree;
    }
}
