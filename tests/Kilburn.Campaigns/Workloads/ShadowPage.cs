using Kilburn.Core.Descriptors;

namespace Kilburn.Campaigns.Workloads;

/// <summary>What the reference knows of a mapped page.</summary>
/// <param name="Frame">First byte of its memory.</param>
/// <param name="Access">Who may read and write.</param>
/// <param name="Execution">Whether it may be executed.</param>
/// <param name="IsShared">True when other mappings lead to the same memory.</param>
public readonly record struct ShadowPage(uint Frame, AccessPermission Access, Execution Execution, bool IsShared)
{
    /// <summary>True when a user program may read it.</summary>
    public bool CanUserRead => Access is AccessPermission.Read or AccessPermission.ReadWrite;

    /// <summary>True when a user program may be fetched from it.</summary>
    public bool CanUserExecute => Execution == Execution.Allowed && CanUserRead;

    /// <summary>True when a user program may write it.</summary>
    public bool CanUserWrite => Access == AccessPermission.ReadWrite;
}
