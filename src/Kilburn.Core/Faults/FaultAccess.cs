namespace Kilburn.Core.Faults;

/// <summary>What the refused access wanted.</summary>
public enum FaultAccess : byte
{
    /// <summary>To load.</summary>
    Read,

    /// <summary>To store.</summary>
    Write,

    /// <summary>To fetch an instruction.</summary>
    Execute,
}
