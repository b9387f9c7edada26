namespace Kilburn.Inspector.Translation;

/// <summary>A table, at one of the places where walks reach it.</summary>
/// <param name="table">Physical address of its first entry.</param>
/// <param name="start">Of the first entry that walks look at.</param>
/// <param name="level">1 to 3.</param>
/// <param name="entryCount">Entries that walks look at.</param>
/// <param name="address">First virtual address that it serves.</param>
/// <param name="linkSlot">Where the link to it lies; null for the first table.</param>
/// <param name="register">The register that its walks begin with.</param>
public sealed class TableUse(
    ulong table, ulong start, int level, int entryCount, uint address, ulong? linkSlot, string register)
{
    /// <summary>Physical address of its first entry.</summary>
    public ulong Table { get; } = table;

    /// <summary>Of the first entry that walks look at.</summary>
    public ulong Start { get; } = start;

    /// <summary>1 to 3.</summary>
    public int Level { get; } = level;

    /// <summary>Entries that walks look at.</summary>
    public int EntryCount { get; } = entryCount;

    /// <summary>First virtual address that it serves.</summary>
    public uint Address { get; } = address;

    /// <summary>Where the link to it lies; null for the first table.</summary>
    public ulong? LinkSlot { get; } = linkSlot;

    /// <summary>The register that its walks begin with.</summary>
    public string Register { get; } = register;

    /// <summary>Entries that are not fault entries.</summary>
    public int ValidCount { get; internal set; }

    /// <summary>Entries where nothing answered.</summary>
    public int UnreadCount { get; internal set; }
}
