using System;

namespace Kilburn.Inspector.Translation;

/// <summary>What an access may do.</summary>
[Flags]
public enum Rights : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Load.</summary>
    Read = 1,

    /// <summary>Store.</summary>
    Write = 2,

    /// <summary>Fetch instructions.</summary>
    Execute = 4,

    /// <summary>Everything: what a manager of a domain may.</summary>
    All = Read | Write | Execute,
}
