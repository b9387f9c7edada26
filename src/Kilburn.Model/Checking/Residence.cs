namespace Kilburn.Model.Checking;

/// <summary>A table that is, or was, active on a core under a tag, for as long as its entries may be held there.</summary>
internal sealed class Residence(int core, FirstTable table, int tag)
{
    public readonly int Core = core;
    public readonly FirstTable Table = table;
    public readonly int Tag = tag; // an ASID, or Holder.EveryAsid for TTBR1's table

    /// <summary>True while the core may walk the table under the tag.</summary>
    public bool IsCurrent { get; set; }

    /// <summary>When it was last current.</summary>
    public uint LastTime { get; set; }

    /// <summary>Where it was made current.</summary>
    public Site Since { get; set; }

    /// <summary>The first core whose invalidation covers it and waits for its DSB; -1 for none.</summary>
    public int InvalidatedBy { get; set; } = -1;

    /// <summary>A bit for each core whose DSB would end it.</summary>
    public uint Invalidators { get; set; }

    /// <summary>True once an invalidation by ASID left only global entries.</summary>
    public bool IsOnlyGlobal { get; set; }

    /// <summary>True when the core may have read a word that was stored at this time.</summary>
    public bool MaySee(uint stamp) => IsCurrent || stamp <= LastTime;
}
