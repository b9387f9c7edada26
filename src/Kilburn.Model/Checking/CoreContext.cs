using System.Collections.Generic;
using Kilburn.Core;
using Kilburn.Model.Cores;
using Kilburn.Model.Translation;

namespace Kilburn.Model.Checking;

/// <summary>What the oracle knows of a core.</summary>
internal sealed class CoreContext(ProcessorCore core)
{
    public readonly ProcessorCore Core = core;

    /// <summary>By tag: tables that are or were active.</summary>
    public readonly List<Residence>?[] Residences = new List<Residence>?[Holder.EveryAsid + 1];

    /// <summary>Tags that have residences.</summary>
    public readonly List<int> Tags = [];

    /// <summary>Stores to tables that no DSB of this core has completed.</summary>
    public readonly List<StaleEntry> Stores = [];

    /// <summary>Entries that an invalidation of this core covers, before its DSB.</summary>
    public readonly List<StaleEntry> Invalidations = [];

    /// <summary>Residences that an invalidation of this core covers, before its DSB.</summary>
    public readonly List<Residence> InvalidatedResidences = [];

    /// <summary>Entries that are over but for this core's ISB.</summary>
    public readonly List<StaleEntry> AwaitingContext = [];

    /// <summary>Frames with lines that this core cleaned, before its DSB.</summary>
    public readonly List<(uint Frame, ulong Lines)> Cleans = [];

    /// <summary>Lines with words that no walk was sure to see, cleaned before this core's DSB.</summary>
    public readonly List<uint> CleanedLines = [];

    /// <summary>The registers as of the last ISB.</summary>
    public TranslationRegisters Old;

    /// <summary>Bit n: the register n was written since the last ISB.</summary>
    public uint Unsynchronized;

    /// <summary>Where registers were last written, by number.</summary>
    public readonly Site[] RegisterSites = new Site[(int)SystemRegister.NormalMemoryRemap + 1];

    /// <summary>True from reset until the TLB is invalidated.</summary>
    public bool HoldsRubbish = true;

    /// <summary>A register whose change leaves the entries doubtful, until the TLB is invalidated.</summary>
    public SystemRegister? Doubt;

    /// <summary>Bit n: an invalidation of all that core n holds waits for this core's DSB.</summary>
    public uint AllInvalidated;

    /// <summary>Table words that this core stored with no DSB since, in order, and what they held before.</summary>
    public readonly List<(uint Word, uint Old, Site Site)> StoredWords = [];

    /// <summary>Tables that the core may walk now.</summary>
    public readonly List<Residence> Current = [];

    /// <summary>True while an instruction cache invalidation waits for its DSB.</summary>
    public bool IsInstructionCacheInvalidated;

    /// <summary>True while a branch predictor invalidation waits for its DSB.</summary>
    public bool IsPredictorInvalidated;

    /// <summary>What its branch predictor may have learned; nothing where it needs no maintenance.</summary>
    public readonly BranchPredictor Predictor = new();

    /// <summary>When the core last did an ISB.</summary>
    public uint LastContextBarrier;

    /// <summary>True when something waits for this core's DSB.</summary>
    public bool AwaitsDataBarrier => StoredWords.Count != 0 || Stores.Count != 0 || Invalidations.Count != 0 || InvalidatedResidences.Count != 0
        || Cleans.Count != 0 || AllInvalidated != 0 || IsInstructionCacheInvalidated || IsPredictorInvalidated;
}
