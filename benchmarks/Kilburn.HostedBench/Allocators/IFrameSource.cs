namespace Kilburn.HostedBench.Allocators;

/// <summary>An allocator of frames under measurement: a struct, so that each workload is compiled for it and calls it directly.</summary>
/// <remarks>A core is a thread here. What is given back goes back by the core that calls, whoever took it.</remarks>
public interface IFrameSource
{
    /// <summary>What tables call it.</summary>
    static abstract string Name { get; }

    /// <summary>Takes charge of memory.</summary>
    /// <param name="memoryInMiB">How much.</param>
    void Start(uint memoryInMiB);

    /// <summary>Takes a naturally aligned block.</summary>
    /// <param name="core">The calling thread's number.</param>
    /// <param name="order">log2 of its frames: one of <see cref="FrameOrder"/>.</param>
    /// <returns>Its address; 0 when there is none.</returns>
    uint Take(uint core, int order);

    /// <summary>Gives a block back.</summary>
    /// <param name="core">The calling thread's number.</param>
    /// <param name="address">Of the block.</param>
    /// <param name="order">As it was taken.</param>
    void Give(uint core, uint address, int order);

    /// <summary>Gives back what cores keep at hand, so that large blocks can form. No other thread runs.</summary>
    /// <param name="core">Whose.</param>
    void Drain(uint core);

    /// <summary>Gives the process its memory back.</summary>
    void End();
}
