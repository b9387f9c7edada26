namespace Kilburn.Core.Tests.Matrix;

/// <summary>What a page of a place is like at the end.</summary>
internal enum Content
{
    Any,
    None,
    Zero,

    /// <summary>What its state brought.</summary>
    Initial,
    InitialReadOnly,

    /// <summary>What the core wrote.</summary>
    Written,

    /// <summary>What was in the range that the core has beside the places.</summary>
    Side,
}
