namespace Kilburn.Kernel.Processes;

/// <summary>Whether programs may read the cycle counter.</summary>
public enum UserCounting : byte
{
    /// <summary>It is an undefined instruction to them.</summary>
    Off,

    /// <summary>They may: for measurements.</summary>
    On,
}
