namespace Kilburn.Core.Locks;

/// <summary>What happens to a lock.</summary>
public enum LockChange : byte
{
    /// <summary>It is about to be waited for.</summary>
    Taken,

    /// <summary>It was taken without waiting, which no order of ranks forbids.</summary>
    TakenAtOnce,

    /// <summary>It was given back.</summary>
    Released,
}
