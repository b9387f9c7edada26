namespace Kilburn.Core.Objects;

/// <summary>Where the contents of an object's pages come from.</summary>
public enum ObjectKind : byte
{
    /// <summary>Zeroes, until they are written.</summary>
    Anonymous,

    /// <summary>A pager fills each page at its first touch, and gets back what was written.</summary>
    Paged,
}
