namespace Kilburn.Kernel.Processes;

/// <summary>What a thread does.</summary>
public enum ThreadState : byte
{
    /// <summary>Runs, or would.</summary>
    Ready,

    /// <summary>Waits for a time.</summary>
    Sleeping,

    /// <summary>Waits for the end of a child of its process.</summary>
    AwaitingChild,

    /// <summary>Waits for the end of a thread of its process.</summary>
    AwaitingThread,

    /// <summary>Waits for a page that a pager provides.</summary>
    AwaitingPage,

    /// <summary>Waits for work as a pager.</summary>
    AwaitingRequest,

    /// <summary>Waits until pagers have kept what was written.</summary>
    AwaitingWriteBack,

    /// <summary>Has ended, and nobody has joined it yet.</summary>
    Ended,
}
