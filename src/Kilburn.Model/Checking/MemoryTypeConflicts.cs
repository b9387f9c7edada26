namespace Kilburn.Model.Checking;

/// <summary>Whether one frame may be mapped with two memory types (behaviour 15).</summary>
public enum MemoryTypeConflicts
{
    /// <summary>It is a <see cref="ViolationKind.MemoryTypesDiffer"/>.</summary>
    Reported,

    /// <summary>It may: for programs that ask for translations of anything, and access nothing through them.</summary>
    Allowed,
}
