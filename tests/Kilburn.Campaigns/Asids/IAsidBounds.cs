namespace Kilburn.Campaigns.Asids;

/// <summary>The processor that an exploration runs on.</summary>
internal interface IAsidBounds
{
    /// <summary>ASIDs that the allocator is told of, zero included.</summary>
    static abstract int AsidCount { get; }

    /// <summary>ASIDs that the processor has, zero included.</summary>
    static abstract int ProcessorAsidCount { get; }

    /// <summary>Cores of the processor.</summary>
    static abstract int CoreCount { get; }
}

/// <summary>Two cores, and as few ASIDs as they can do with: three beside zero.</summary>
internal readonly struct TwoCoresFourAsids : IAsidBounds
{
    /// <inheritdoc/>
    public static int AsidCount => 4;

    /// <inheritdoc/>
    public static int ProcessorAsidCount => 4;

    /// <inheritdoc/>
    public static int CoreCount => 2;
}

/// <summary>The same processor, and an allocator that counts one ASID too many.</summary>
internal readonly struct OneAsidTooMany : IAsidBounds
{
    /// <inheritdoc/>
    public static int AsidCount => 5;

    /// <inheritdoc/>
    public static int ProcessorAsidCount => 4;

    /// <inheritdoc/>
    public static int CoreCount => 2;
}
