namespace Kilburn.Model.Checking;

/// <summary>How far the removal of an entry from a core is.</summary>
internal enum HolderState : byte
{
    /// <summary>It may be held.</summary>
    Holds,

    /// <summary>An invalidation covers it; the DSB is missing.</summary>
    Invalidated,

    /// <summary>It is gone, but the core's own instructions may have used it already: the ISB is missing.</summary>
    Unsynchronized,

    /// <summary>It is gone.</summary>
    Gone,
}
