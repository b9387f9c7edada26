namespace Kilburn.Kernel.Stress;

/// <summary>What a core found wrong.</summary>
public enum StressFailure : uint
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>An operation that had to succeed did not; the value is its status.</summary>
    Status,

    /// <summary>Memory does not hold what was written; the value is its address.</summary>
    Contents,

    /// <summary>A new table or page is not zeroes; the value is its address.</summary>
    NotZeroed,

    /// <summary>An access that had to be refused was not, or the other way round; the value is the address.</summary>
    Access,
}
