namespace Kilburn.SystemCalls;

/// <summary>What a program says about its use of a range.</summary>
public enum MemoryAdvice : uint
{
    /// <summary>It will be touched soon.</summary>
    Need = 0,

    /// <summary>Its contents are not needed any more: anonymous pages are zeroes again.</summary>
    Discard = 1,

    /// <summary>It counts as not used until it is.</summary>
    Age = 2,
}
