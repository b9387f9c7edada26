namespace Kilburn.Kernel.Programs;

/// <summary>What came of a look into an archive.</summary>
public enum ArchiveStatus : byte
{
    /// <summary>A file was found.</summary>
    Ok,

    /// <summary>There is none, or no other.</summary>
    NotFound,

    /// <summary>The archive ends within a file, or without its last entry.</summary>
    Truncated,

    /// <summary>Where an entry should begin there is none.</summary>
    BadMagic,

    /// <summary>A number in an entry is none.</summary>
    BadNumber,

    /// <summary>A name does not end with a zero.</summary>
    BadName,
}
