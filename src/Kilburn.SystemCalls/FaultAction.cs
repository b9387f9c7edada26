namespace Kilburn.SystemCalls;

/// <summary>How the handling of a fault ends.</summary>
public enum FaultAction : uint
{
    /// <summary>The program goes on with the registers of the <see cref="UserFault"/>.</summary>
    Resume = 0,

    /// <summary>The process ends as if there were no handler.</summary>
    End = 1,
}
