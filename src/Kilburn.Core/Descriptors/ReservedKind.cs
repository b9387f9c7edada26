namespace Kilburn.Core.Descriptors;

/// <summary>What a faulting descriptor of a space stands for. Values are stored in tables.</summary>
public enum ReservedKind : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Zeroes that nobody has touched yet.</summary>
    Anonymous = 1,

    /// <summary>A hole that stays one.</summary>
    Guard = 2,

    /// <summary>The hole below a stack.</summary>
    StackGuard = 3,

    /// <summary>A page of an object that is not there yet.</summary>
    Object = 4,
}
