namespace Kilburn.Core.Descriptors;

/// <summary>When a right to write holds.</summary>
public enum Writing : byte
{
    /// <summary>At once.</summary>
    Allowed,

    /// <summary>After a fault: the frame is not the page's alone yet.</summary>
    AfterFault,
}
