namespace Kilburn.Core.Tests.Matrix;

/// <summary>What is at a place when the cores begin.</summary>
public enum PlaceState
{
    /// <summary>Nothing.</summary>
    Free,

    /// <summary>A range that nobody has touched.</summary>
    Reserved,

    /// <summary>A range whose pages hold words.</summary>
    Touched,

    /// <summary>The same, in a space that has clones.</summary>
    Cloned,

    /// <summary>A page that the kernel gave.</summary>
    Given,

    /// <summary>An object, written to, that is shared.</summary>
    Shared,

    /// <summary>An object whose page was read, and whose writes stay in the space.</summary>
    Private,
}
