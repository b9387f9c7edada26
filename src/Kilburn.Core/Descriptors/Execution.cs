namespace Kilburn.Core.Descriptors;

/// <summary>Whether instructions may be fetched: the XN bit.</summary>
public enum Execution : byte
{
    /// <summary>By whoever may read.</summary>
    Allowed = 0,

    /// <summary>By nobody.</summary>
    Never = 1,
}
