namespace Kilburn.SystemCalls;

/// <summary>What a pager shall do.</summary>
public enum PagerRequestKind : uint
{
    /// <summary>Provide the page's contents.</summary>
    Fill = 0,

    /// <summary>Keep the page's contents, which a mapping of the object shows.</summary>
    WriteBack = 1,
}
