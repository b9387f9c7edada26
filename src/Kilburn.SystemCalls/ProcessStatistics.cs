namespace Kilburn.SystemCalls;

/// <summary>A process, seen from one of its threads.</summary>
public struct ProcessStatistics
{
    /// <summary>Its number.</summary>
    public uint Process;

    /// <summary>Its parent's; zero when the monitor started it.</summary>
    public uint Parent;

    /// <summary>The calling thread's number.</summary>
    public uint Thread;

    /// <summary>Threads that have not ended.</summary>
    public uint LiveThreads;

    /// <summary>Switches that the timer forced on this thread. Wraps.</summary>
    public uint Preemptions;

    /// <summary>The ASID that the process runs under.</summary>
    public uint Asid;

    /// <summary>The core that makes the call.</summary>
    public uint Core;
}
