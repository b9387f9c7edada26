namespace Kilburn.Kernel.Board;

/// <summary>Who told how much memory there is.</summary>
internal enum MemorySource
{
    /// <summary>Nobody yet.</summary>
    None,

    /// <summary>The device tree that firmware handed over.</summary>
    DeviceTree,

    /// <summary>The VideoCore, asked through its mailbox.</summary>
    VideoCore,
}
