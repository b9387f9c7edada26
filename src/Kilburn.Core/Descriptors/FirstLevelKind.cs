namespace Kilburn.Core.Descriptors;

/// <summary>The forms of a first-level descriptor.</summary>
public enum FirstLevelKind : byte
{
    /// <summary>Maps nothing.</summary>
    Fault,

    /// <summary>Leads to a second-level table.</summary>
    PageTable,

    /// <summary>Maps 1 MiB.</summary>
    Section,

    /// <summary>Maps 16 MiB.</summary>
    Supersection,
}
