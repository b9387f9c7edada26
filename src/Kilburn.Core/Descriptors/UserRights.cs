using System;

namespace Kilburn.Core.Descriptors;

/// <summary>What a program may do with its memory.</summary>
/// <remarks>
/// The format has no write-only and no execute-only pages: <see cref="Write"/> and <see cref="Execute"/> bring <see cref="Read"/>
/// along. Source: ARM DDI 0406C.d, B3.7.1.
/// </remarks>
[Flags]
public enum UserRights : byte
{
    /// <summary>Nothing: any access ends in a fault.</summary>
    None = 0,

    /// <summary>Loads.</summary>
    Read = 1,

    /// <summary>Stores.</summary>
    Write = 2,

    /// <summary>Instruction fetches.</summary>
    Execute = 4,

    /// <summary>Loads and stores.</summary>
    ReadWrite = Read | Write,

    /// <summary>Loads and instruction fetches.</summary>
    ReadExecute = Read | Execute,

    /// <summary>All of them.</summary>
    All = Read | Write | Execute,
}
