namespace Kilburn.HostedBench.Workloads;

/// <summary>What is done to an allocator.</summary>
public enum Workload
{
    /// <summary>Pages: all are taken, then given back as they were taken.</summary>
    AllInOrder,

    /// <summary>The same, given back in random order.</summary>
    AllAtRandom,

    /// <summary>A page is taken and given back, again and again.</summary>
    OneInAndOut,

    /// <summary>At half fill, a random block goes and one of a random order comes: 90 % pages, 9.5 % of 64 KiB, 0.5 % of 1 MiB.</summary>
    Mix,

    /// <summary>Blocks of 1 MiB: all are taken, then given back in random order.</summary>
    LargeBlocks,
}
