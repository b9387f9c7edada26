namespace Kilburn.SystemCalls;

/// <summary>What a pager shall do.</summary>
public enum PagerRequestKind : uint
{
    /// <summary>Provide the page's contents.</summary>
    Fill = 0,

    /// <summary>
    /// Keep the page's contents, which a mapping of the object shows. No answer is wanted. Asked for once nobody else would run;
    /// a page that is written again is asked for again.
    /// </summary>
    WriteBack = 1,
}
