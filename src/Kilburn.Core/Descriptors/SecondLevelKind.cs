namespace Kilburn.Core.Descriptors;

/// <summary>The forms of a second-level descriptor.</summary>
public enum SecondLevelKind : byte
{
    /// <summary>Maps nothing.</summary>
    Fault,

    /// <summary>Maps 64 KiB.</summary>
    Large,

    /// <summary>Maps 4 KiB.</summary>
    Small,
}
