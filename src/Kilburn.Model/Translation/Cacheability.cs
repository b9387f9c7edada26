namespace Kilburn.Model.Translation;

/// <summary>How one level of caches treats normal memory. Values are NMRR's encodings. Source: ARM DDI 0406C.d, B4.1.110.</summary>
public enum Cacheability : byte
{
    /// <summary>Not cached.</summary>
    None = 0,

    /// <summary>Write-back, write-allocate.</summary>
    WriteBackWriteAllocate = 1,

    /// <summary>Write-through, no write-allocate.</summary>
    WriteThrough = 2,

    /// <summary>Write-back, no write-allocate.</summary>
    WriteBack = 3,
}
