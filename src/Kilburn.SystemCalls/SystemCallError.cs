namespace Kilburn.SystemCalls;

/// <summary>Why a system call failed. Values are stable: they reach programs and logs.</summary>
public enum SystemCallError : uint
{
    /// <summary>It did not.</summary>
    None = 0,

    /// <summary>No call has this number.</summary>
    NoSuchCall = 1,

    /// <summary>An address leads to memory that the program may not access in this way.</summary>
    BadAddress = 2,

    /// <summary>A length, a value or a combination of flags that the call does not take.</summary>
    BadArgument = 3,

    /// <summary>An address or a length is not a multiple of what the call works in.</summary>
    Misaligned = 4,

    /// <summary>The range has no byte.</summary>
    EmptyRange = 5,

    /// <summary>The range goes on past the last address.</summary>
    WrappedRange = 6,

    /// <summary>The range leaves user space, or what the call may change.</summary>
    OutOfRange = 7,

    /// <summary>Something is there already.</summary>
    Occupied = 8,

    /// <summary>No part of the space is free that is as long as asked for.</summary>
    NoRoom = 9,

    /// <summary>Nothing is mapped or reserved there.</summary>
    NotMapped = 10,

    /// <summary>Too little memory is free.</summary>
    OutOfMemory = 11,

    /// <summary>A limit of the process would be passed.</summary>
    LimitReached = 12,

    /// <summary>The rights asked for are not to be had.</summary>
    RightsRefused = 13,

    /// <summary>What is there is of a kind that the call does not work on.</summary>
    WrongKind = 14,

    /// <summary>No such process, or it is no child of this one.</summary>
    NoSuchProcess = 15,

    /// <summary>No such thread of this process, or another joins it already.</summary>
    NoSuchThread = 16,

    /// <summary>No such object.</summary>
    NoSuchObject = 17,

    /// <summary>No object is published under the name, and no file has it.</summary>
    NoSuchName = 18,

    /// <summary>The name belongs to another object.</summary>
    NameTaken = 19,

    /// <summary>The file is no program that can be run.</summary>
    BadProgram = 20,

    /// <summary>Every number of the kind asked for is in use.</summary>
    OutOfNumbers = 21,

    /// <summary>What is waited for can never come.</summary>
    NeverEnds = 22,

    /// <summary>The pager did not provide the page.</summary>
    PagerFailed = 23,

    /// <summary>The pager could not keep what was written.</summary>
    NotKept = 24,
}
