namespace Kilburn.Core.Tests.Matrix;

/// <summary>When a core that waited for another goes on.</summary>
internal enum Handover
{
    /// <summary>When the other has ended.</summary>
    AtEnd,

    /// <summary>As soon as it can: between two locks of the other.</summary>
    AtOnce,
}
