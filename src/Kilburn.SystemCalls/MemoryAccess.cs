namespace Kilburn.SystemCalls;

/// <summary>What a refused access wanted.</summary>
public enum MemoryAccess : uint
{
    /// <summary>To load.</summary>
    Read = 0,

    /// <summary>To store.</summary>
    Write = 1,

    /// <summary>To fetch an instruction.</summary>
    Execute = 2,
}
