using System;
using Kilburn.Core.Frames;

namespace Kilburn.Kernel.Terminal;

/// <summary>Uses of memory in words.</summary>
public static class FrameText
{
    /// <summary>A use as a person reads it: <c>second-level table</c>.</summary>
    /// <param name="use">Any use.</param>
    public static ReadOnlySpan<byte> NameOf(FrameUse use) => use switch
    {
        FrameUse.Page => "page"u8,
        FrameUse.SecondLevelTable => "second-level table"u8,
        FrameUse.FirstLevelTable or FrameUse.FullFirstLevelTable => "first-level table"u8,
        FrameUse.LargeBlock or FrameUse.SectionBlock or FrameUse.SupersectionBlock => "block"u8,
        _ => "?"u8,
    };
}
