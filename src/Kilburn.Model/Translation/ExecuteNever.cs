using System;

namespace Kilburn.Model.Translation;

/// <summary>Who may not execute a mapping.</summary>
[Flags]
public enum ExecuteNever : byte
{
    /// <summary>All may.</summary>
    None = 0,

    /// <summary>XN: nobody.</summary>
    All = 1,

    /// <summary>PXN: not the kernel.</summary>
    Kernel = 2,
}
