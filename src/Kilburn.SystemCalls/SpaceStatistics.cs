namespace Kilburn.SystemCalls;

/// <summary>What a process's space has, and what its faults were. Counts wrap modulo 2^32.</summary>
public struct SpaceStatistics
{
    /// <summary>Pages of ranges that get their memory on demand, touched or not.</summary>
    public uint ReservedPages;

    /// <summary>Frames that ranges hold.</summary>
    public uint ResidentPages;

    /// <summary>Second-level tables.</summary>
    public uint Tables;

    /// <summary>Faults that brought a new page of zeroes.</summary>
    public uint ZeroFills;

    /// <summary>Faults that brought the shared frame of zeroes.</summary>
    public uint ZeroReads;

    /// <summary>Faults that copied a page.</summary>
    public uint Copies;

    /// <summary>Faults that let a page be written in place.</summary>
    public uint Reuses;

    /// <summary>Faults that had nothing left to do.</summary>
    public uint Spurious;

    /// <summary>Faults that could not be resolved.</summary>
    public uint Refused;

    /// <summary>Second-level tables that clones share with it.</summary>
    public uint SharedTables;

    /// <summary>Faults that brought a page of an object.</summary>
    public uint ObjectFills;

    /// <summary>Pages that faults mapped beside the one they were about.</summary>
    public uint Neighbours;

    /// <summary>Faults that noted the use of a page.</summary>
    public uint Uses;
}
