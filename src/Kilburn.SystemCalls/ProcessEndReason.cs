namespace Kilburn.SystemCalls;

/// <summary>How a process ended. From <see cref="NotMapped"/> on they are the values of the kernel's fault outcomes.</summary>
public enum ProcessEndReason : uint
{
    /// <summary>By itself, with a status.</summary>
    Exited = 0,

    /// <summary>A fault: nothing is mapped there.</summary>
    NotMapped = 1,

    /// <summary>A fault: no right for the access.</summary>
    Protection = 2,

    /// <summary>A fault: a guard is there.</summary>
    Guard = 3,

    /// <summary>A fault: the guard below a stack is there.</summary>
    StackOverflow = 4,

    /// <summary>A fault: no frame was free.</summary>
    OutOfMemory = 5,

    /// <summary>A fault: a limit of the space was reached.</summary>
    LimitReached = 6,

    /// <summary>A fault: the address is the kernel's.</summary>
    Forbidden = 7,

    /// <summary>A fault: not a multiple of what the instruction wants.</summary>
    Alignment = 8,

    /// <summary>A fault: the memory system reported an error.</summary>
    External = 9,

    /// <summary>A fault that no program should see.</summary>
    Unexpected = 10,

    /// <summary>A fault: the mapped object ends before the page.</summary>
    PastObject = 11,

    /// <summary>A fault: the object's pager did not provide the page.</summary>
    PagerFailed = 13,

    /// <summary>An undefined instruction, or one that the processor lets only the kernel run.</summary>
    UndefinedInstruction = 32,

    /// <summary>Ended by another.</summary>
    Killed = 33,

    /// <summary>Ended by Ctrl-C at the console.</summary>
    Interrupted = 34,
}
