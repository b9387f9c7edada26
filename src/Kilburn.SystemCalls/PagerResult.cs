namespace Kilburn.SystemCalls;

/// <summary>What became of a <see cref="PagerRequest"/>.</summary>
public enum PagerResult : uint
{
    /// <summary>It was done.</summary>
    Done = 0,

    /// <summary>It could not be done: who touched the page is told, or who waits until it is kept.</summary>
    Failed = 1,
}
