namespace Kilburn.Core.Spaces;

/// <summary>What a range of a space is.</summary>
public enum RangeKind : byte
{
    /// <summary>A hole that nothing is put into but by name.</summary>
    Guard,

    /// <summary>Zeroes, until they are written; this space's alone.</summary>
    Anonymous,

    /// <summary>The hole below a stack.</summary>
    StackGuard,

    /// <summary>Pages and frames that the kernel gave: <see cref="AddressSpace.TryMapNewPage"/>, <see cref="AddressSpace.TryMapFrames"/>.</summary>
    Given,

    /// <summary>A part of an object. What is written is for all to see who map it.</summary>
    Shared,

    /// <summary>A part of an object, as it is found at the first touch of each page. What is written is this space's alone.</summary>
    Private,
}
