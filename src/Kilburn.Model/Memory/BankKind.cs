namespace Kilburn.Model.Memory;

/// <summary>What answers in a range of physical addresses.</summary>
public enum BankKind : byte
{
    /// <summary>Nothing: an access is an external abort.</summary>
    Hole = 0,

    /// <summary>Memory.</summary>
    Memory = 1,

    /// <summary>A device. It keeps what is written, like memory, but is never kernel data and never holds a table.</summary>
    Device = 2,
}
