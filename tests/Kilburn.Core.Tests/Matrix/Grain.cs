namespace Kilburn.Core.Tests.Matrix;

/// <summary>How large a place is.</summary>
public enum Grain
{
    /// <summary>Two pages; all places, and what the cores have beside them, are in one MiB.</summary>
    Pages,

    /// <summary>A MiB: tables come and go with it.</summary>
    Mibs,
}
