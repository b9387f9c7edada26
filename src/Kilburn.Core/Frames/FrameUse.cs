namespace Kilburn.Core.Frames;

/// <summary>What memory was given out as. Values are stable: tools print them.</summary>
public enum FrameUse : byte
{
    /// <summary>A page of 4 KiB.</summary>
    Page = 0,

    /// <summary>A second-level table, 1 KiB.</summary>
    SecondLevelTable = 1,

    /// <summary>A first-level table of the user half, 8 KiB.</summary>
    FirstLevelTable = 2,

    /// <summary>A whole first-level table, 16 KiB.</summary>
    FullFirstLevelTable = 3,

    /// <summary>A block of 64 KiB.</summary>
    LargeBlock = 4,

    /// <summary>A block of 1 MiB.</summary>
    SectionBlock = 5,

    /// <summary>A block of 16 MiB.</summary>
    SupersectionBlock = 6,
}
