namespace Kilburn.Inspector.Translation;

/// <summary>How caches treat normal memory. Values are the encodings of NMRR and TEX. Source: ARM DDI 0406C.d, B3.8.2.</summary>
public enum CachePolicy : byte
{
    /// <summary>Not at all.</summary>
    NonCacheable = 0,

    /// <summary>Write-back, write-allocate.</summary>
    WriteBackAllocate = 1,

    /// <summary>Write-through.</summary>
    WriteThrough = 2,

    /// <summary>Write-back, no write-allocate.</summary>
    WriteBack = 3,
}
