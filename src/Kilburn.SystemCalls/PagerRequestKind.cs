namespace Kilburn.SystemCalls;

/// <summary>What a pager shall do.</summary>
public enum PagerRequestKind : uint
{
    /// <summary>Provide the page's contents.</summary>
    Fill = 0,

    /// <summary>
    /// Keep the page's contents, which a mapping of the object shows. Only a failure has to be answered; whoever serves again is done. Asked for
    /// once nobody else would run, or somebody waits for it (<see cref="SystemCall.ObjectSync"/>); a page that is written again is asked for again.
    /// </summary>
    WriteBack = 1,
}
