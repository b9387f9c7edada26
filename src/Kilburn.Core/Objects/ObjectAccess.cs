namespace Kilburn.Core.Objects;

/// <summary>What a space wants of a page of an object.</summary>
internal enum ObjectAccess : byte
{
    /// <summary>To see it.</summary>
    Read,

    /// <summary>To write it, for all to see.</summary>
    Write,

    /// <summary>To copy it: no frame stands for zeroes.</summary>
    Copy,
}
