namespace Kilburn.Core.Faults;

/// <summary>What became of a program's fault: it goes on, or why it cannot. Values are stable: they reach programs and logs.</summary>
public enum FaultOutcome : byte
{
    /// <summary>The access may be tried again.</summary>
    Resolved = 0,

    /// <summary>Nothing is mapped or reserved there.</summary>
    NotMapped = 1,

    /// <summary>Something is there, without the right that the access wanted.</summary>
    Protection = 2,

    /// <summary>A guard is there.</summary>
    Guard = 3,

    /// <summary>The guard below a stack is there.</summary>
    StackOverflow = 4,

    /// <summary>No frame was free. The program's failure, not the kernel's.</summary>
    OutOfMemory = 5,

    /// <summary>A limit of the space would be passed.</summary>
    LimitReached = 6,

    /// <summary>The address is the kernel's, or the kernel reached for the user's outside of its copy routines.</summary>
    Forbidden = 7,

    /// <summary>The address is not a multiple of what the instruction wants.</summary>
    Alignment = 8,

    /// <summary>The memory system reported an error.</summary>
    External = 9,

    /// <summary>Anything else: debug events, cache maintenance, two entries for one address.</summary>
    Unexpected = 10,

    /// <summary>The object that is mapped there ends before.</summary>
    PastEnd = 11,

    /// <summary>The object's pager has been asked for the page: the access may be tried again after its answer.</summary>
    NeedsPager = 12,

    /// <summary>The object's pager could not bring the page, or is gone.</summary>
    PagerFailed = 13,
}
