namespace Kilburn.Core.Spaces;

/// <summary>What a space has, and what its faults were. Counts wrap modulo 2^32.</summary>
public struct SpaceCounters
{
    /// <summary>Pages of anonymous ranges and of objects, touched or not.</summary>
    public uint ReservedPages;

    /// <summary>Frames that ranges hold. The shared frame of zeroes is none of them.</summary>
    public uint ResidentPages;

    /// <summary>Second-level tables.</summary>
    public uint Tables;

    /// <summary>Those of them that other spaces have as well.</summary>
    public uint SharedTables;

    /// <summary>64 KiB that are mapped as one large page.</summary>
    public uint LargePages;

    /// <summary>MiBs that are mapped as one section. Their tables are deposited, and count.</summary>
    public uint Sections;

    /// <summary>Faults that brought a new page of zeroes.</summary>
    public uint ZeroFills;

    /// <summary>Faults that brought the shared frame of zeroes.</summary>
    public uint ZeroReads;

    /// <summary>Faults that brought a page of an object, or a copy of one.</summary>
    public uint ObjectFills;

    /// <summary>Pages that faults mapped beside the one they were about: of zeroes that are read, and of objects.</summary>
    public uint Neighbours;

    /// <summary>Faults that gave a page a frame of its own, with the old one's contents.</summary>
    public uint Copies;

    /// <summary>Faults that let a page be written whose frame was its own already.</summary>
    public uint Reuses;

    /// <summary>Faults that noted the use of a page, or of a block, that had not been used since <see cref="RangeAdvice.Age"/>.</summary>
    public uint Uses;

    /// <summary>Faults that had nothing left to do: another core came first.</summary>
    public uint Spurious;

    /// <summary>Faults that could not be resolved.</summary>
    public uint Refused;

    /// <summary>True when anything is mapped larger than a small page.</summary>
    internal readonly bool HasBlocks => (LargePages | Sections) != 0;

    /// <summary>Counts faults anew: those of a space that was copied are not the copy's.</summary>
    internal void ForgetFaults()
    {
        ZeroFills = 0;
        ZeroReads = 0;
        ObjectFills = 0;
        Neighbours = 0;
        Uses = 0;
        Copies = 0;
        Reuses = 0;
        Spurious = 0;
        Refused = 0;
    }
}
