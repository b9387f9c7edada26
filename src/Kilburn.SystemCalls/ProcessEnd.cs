namespace Kilburn.SystemCalls;

/// <summary>How a child ended, as <see cref="SystemCall.Wait"/> tells it. 20 bytes.</summary>
public struct ProcessEnd
{
    /// <summary>The child.</summary>
    public uint Process;

    /// <summary>Why.</summary>
    public ProcessEndReason Reason;

    /// <summary>What it exited with; zero when it did not.</summary>
    public uint Status;

    /// <summary>Of a fault: what was wanted.</summary>
    public MemoryAccess Access;

    /// <summary>Of a fault: where.</summary>
    public uint Address;
}
