using System;
using System.Runtime.CompilerServices;
using Kilburn.HostedBench.Allocators;

namespace Kilburn.HostedBench.Workloads;

/// <summary>What one thread does, with all random choices made beforehand.</summary>
/// <typeparam name="TSource">The allocator.</typeparam>
internal sealed class ThreadLoad<TSource>
    where TSource : struct, IFrameSource
{
    /// <summary>Memory of every allocator.</summary>
    internal const uint MemoryInMiB = 512;

    /// <summary>Operations of each workload that is run once: as many taken as given back.</summary>
    internal const int PageOperations = 2 * Pages;

    /// <summary>The same of <see cref="Workload.OneInAndOut"/>.</summary>
    internal const int PairOperations = 2 * Pairs;

    /// <summary>The same of <see cref="Workload.Mix"/>.</summary>
    internal const int MixOperations = 2 * MixSteps;

    /// <summary>The same of <see cref="Workload.LargeBlocks"/>: a hundred blocks, again and again.</summary>
    internal const int BlockOperations = 2 * Blocks * BlockRounds;

    private const int Pages = 28 * 1024; // of two threads: less than half the memory
    private const int Pairs = 50_000;
    private const int MixSteps = 8 * 1024;
    private const int Blocks = 50;
    private const int BlockRounds = 40;
    private const int Seed = 0x4B69_6C62;

    private readonly uint _core;
    private readonly BlockSizes _sizes;
    private readonly uint[] _addresses = new uint[Pages];
    private readonly int[] _pageOrder = new int[Pages];
    private readonly int[] _blockOrder = new int[Blocks];
    private readonly int[] _victims = new int[MixSteps];
    private readonly byte[] _orders = new byte[MixSteps];
    private readonly uint[] _live;
    private readonly byte[] _liveOrders;

    /// <summary>Makes the choices.</summary>
    /// <param name="core">The thread's number.</param>
    /// <param name="threads">How many share the memory.</param>
    internal ThreadLoad(uint core, int threads)
    {
        _core = core;
        Random random = new(Seed + (int)core);
        _sizes = new BlockSizes(random);
        Permute(random, _pageOrder);
        Permute(random, _blockOrder);

        long half = (MemoryInMiB << FrameOrder.Section) / 2 / threads;
        _liveOrders = _sizes.Fill(half);
        _live = new uint[_liveOrders.Length];
        for (int step = 0; step < MixSteps; step++)
        {
            _victims[step] = random.Next(_live.Length);
            _orders[step] = _sizes.Next();
        }
    }

    /// <summary>Fills half the memory.</summary>
    /// <param name="source">The allocator.</param>
    internal void BeginMix(ref TSource source)
    {
        for (int index = 0; index < _live.Length; index++)
        {
            _live[index] = source.Take(_core, _liveOrders[index]);
        }
    }

    /// <summary>Runs a workload once.</summary>
    /// <param name="source">The allocator.</param>
    /// <param name="workload">Which.</param>
    internal void Run(ref TSource source, Workload workload)
    {
        switch (workload)
        {
            case Workload.AllInOrder:
                Take(ref source);
                GiveInOrder(ref source);
                break;
            case Workload.AllAtRandom:
                Take(ref source);
                GiveAtRandom(ref source);
                break;
            case Workload.OneInAndOut:
                Pair(ref source);
                break;
            case Workload.Mix:
                Mix(ref source);
                break;
            default:
                LargeBlocks(ref source);
                break;
        }
    }

    private static void Permute(Random random, int[] order)
    {
        for (int index = 0; index < order.Length; index++)
        {
            order[index] = index;
        }

        random.Shuffle(order);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Take(ref TSource source)
    {
        foreach (ref uint address in _addresses.AsSpan())
        {
            address = source.Take(_core, FrameOrder.Page);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GiveInOrder(ref TSource source)
    {
        foreach (uint address in _addresses)
        {
            source.Give(_core, address, FrameOrder.Page);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GiveAtRandom(ref TSource source)
    {
        foreach (int index in _pageOrder)
        {
            source.Give(_core, _addresses[index], FrameOrder.Page);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Pair(ref TSource source)
    {
        for (int pair = 0; pair < Pairs; pair++)
        {
            source.Give(_core, source.Take(_core, FrameOrder.Page), FrameOrder.Page);
        }
    }

    // A block that could not be had is no live one.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Mix(ref TSource source)
    {
        for (int step = 0; step < MixSteps; step++)
        {
            int victim = _victims[step];
            uint address = _live[victim];
            if (address != 0)
            {
                source.Give(_core, address, _liveOrders[victim]);
            }

            byte order = _orders[step];
            _liveOrders[victim] = order;
            _live[victim] = source.Take(_core, order);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void LargeBlocks(ref TSource source)
    {
        for (int round = 0; round < BlockRounds; round++)
        {
            for (int index = 0; index < Blocks; index++)
            {
                _addresses[index] = source.Take(_core, FrameOrder.Section);
            }

            foreach (int index in _blockOrder)
            {
                source.Give(_core, _addresses[index], FrameOrder.Section);
            }
        }
    }
}
