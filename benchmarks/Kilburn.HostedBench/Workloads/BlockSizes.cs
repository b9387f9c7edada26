using System;
using System.Collections.Generic;
using Kilburn.HostedBench.Allocators;

namespace Kilburn.HostedBench.Workloads;

/// <summary>Random orders as the mix has them: 90 % pages, 9.5 % of 64 KiB, 0.5 % of 1 MiB.</summary>
/// <param name="random">Where they come from.</param>
internal sealed class BlockSizes(Random random)
{
    private const int Whole = 1000;
    private const int Sections = 5;
    private const int LargePages = 95;

    /// <summary>An order.</summary>
    internal byte Next() => random.Next(Whole) switch
    {
        < Sections => FrameOrder.Section,
        < Sections + LargePages => FrameOrder.LargePage,
        _ => FrameOrder.Page,
    };

    /// <summary>Orders that fill memory.</summary>
    /// <param name="frames">At most so many frames.</param>
    internal byte[] Fill(long frames)
    {
        List<byte> orders = [];
        for (byte order = Next(); frames >= 1L << order; order = Next())
        {
            orders.Add(order);
            frames -= 1L << order;
        }

        return [.. orders];
    }
}
