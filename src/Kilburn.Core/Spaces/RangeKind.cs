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
}
