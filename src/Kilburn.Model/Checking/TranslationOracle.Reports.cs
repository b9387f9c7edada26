using System.Numerics;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Model.Cores;

namespace Kilburn.Model.Checking;

/// <content>Violations in words.</content>
internal sealed partial class TranslationOracle
{
    private void Report(Violation violation) => _machine.Report(violation);

    private void ReportAccess(CoreContext context, uint address, in Candidate first, in Candidate other, ViolationKind kind)
    {
        int core = context.Core.Index;
        string answers = $"the access may get {first.Answer} or {other.Answer}";
        Site cause = default;
        string finding;
        string missing;
        if (other.Entry is StaleEntry entry)
        {
            cause = entry.Store;
            finding = $"{answers}: {entry.StoreInWords}, and {WhatIsHeld(entry, core)}.";
            missing = MissingFor(entry, other.Holder, kind, core);
        }
        else if (other.Residence is Residence residence)
        {
            cause = residence.Since;
            finding = $"{answers}: the table at 0x{residence.Table.Start:X8} was active under ASID {residence.Tag} "
                + $"(since {residence.Since}), and its entries may be held.";
            missing = $"TLBIASID {residence.Tag} or TLBIALL on core {core}, DSB.";
        }
        else if (other.OldRegisters != 0)
        {
            SystemRegister register = (SystemRegister)BitOperations.TrailingZeroCount(other.OldRegisters);
            cause = context.RegisterSites[(int)register];
            finding = $"{answers}: {register} was written at {cause}.";
            missing = $"ISB on core {core} after the write.";
        }
        else if (kind == ViolationKind.CopiesDisagree)
        {
            finding = "the 16 words of the large page or supersection that the address lies in are not equal.";
            missing = "the same word in all 16 places, or the invalid state and the invalidation before a change.";
        }
        else
        {
            finding = "the walk reads a word in a line that was written and not cleaned; memory may hold anything there.";
            missing = "a clean of the line to unification (DCCMVAU), DSB.";
        }

        Report(new Violation
        {
            Kind = kind,
            CoreIndex = core,
            Asid = new Asid(context.Core.Registers.Asid),
            Address = new VirtualAddress(address),
            Physical = other.Answer.Fault == Translation.FaultCode.None ? new PhysicalAddress(other.Answer.Physical) : null,
            Cause = cause,
            Finding = finding,
            Missing = missing,
        });
    }

    /// <summary>A table that a core may walk is used as data.</summary>
    public void ReportTableAsData(ProcessorCore core, uint physical)
    {
        FollowedTable table = _tables[physical >> Memory.PhysicalMemory.GranuleShift][0];
        Report(new Violation
        {
            Kind = ViolationKind.TableUsedAsData,
            CoreIndex = core.Index,
            Physical = new PhysicalAddress(physical),
            Finding = $"physical 0x{physical:X8} is used as data, while a core may walk the table at 0x{table.Start:X8}.",
            Missing = "removal of the table from the tables above it, the invalidation, DSB, before the memory has another use.",
        });
    }

    private static string WhatIsHeld(StaleEntry entry, int core)
    {
        if (entry.IsFresh)
        {
            return "a walk may still read the old word";
        }

        return entry.IsPointer
            ? $"core {core} may still hold the old first-level word"
            : $"core {core} may still hold the old translation to 0x{entry.Leaf.Translate(entry.Address):X8}";
    }

    private static string MissingFor(StaleEntry entry, Holder? holder, ViolationKind kind, int core)
    {
        switch (kind)
        {
            case ViolationKind.LineNotCleaned:
                return $"a clean of the line of 0x{entry.Word:X8} to unification (DCCMVAU), DSB.";
            case ViolationKind.StoreNotComplete:
                string early = entry.NearMiss is NearMiss { Reason: NearMissReason.StoreNotComplete } near ? $" ({near})" : string.Empty;
                return $"DSB on core {entry.StoreCore} after the store{early}.";
            case ViolationKind.InvalidationNotComplete:
                return $"DSB on core {holder!.Value.InvalidatedBy} after the invalidation at {holder.Value.InvalidatedAt}.";
            case ViolationKind.ContextNotSynchronized:
                return $"ISB on core {core}.";
            default:
                return InvalidationFor(entry, holder);
        }
    }

    private static string InvalidationFor(StaleEntry entry, Holder? holder)
    {
        string operation = holder?.Tag switch
        {
            Holder.EveryAsid => $"TLBIMVAAIS 0x{entry.Address:X8} (every ASID)",
            Holder.Global or null => $"TLBIMVAIS or TLBIMVAAIS 0x{entry.Address:X8}",
            int tag => $"TLBIMVAIS 0x{entry.Address:X8} with ASID {tag}",
        };
        string near = entry.NearMiss is NearMiss miss ? $" ({miss})" : string.Empty;
        return $"{operation}, or a wider one, then DSB{near}.";
    }

    // Behaviour 9: break before make. The old entry is that of the word itself, or an unfinished one.
    private void ReportUnbroken(in Change change, StaleEntry? entry)
    {
        Holder? holder = null;
        foreach (Holder candidate in entry?.Holders ?? HoldersOf(change.Table, 0, false))
        {
            if (candidate.IsHeld)
            {
                holder = candidate;
                break;
            }
        }

        string finding = entry == null
            ? $"a valid word is replaced by another: core {change.Core.Index} stored 0x{change.New:X8} over 0x{change.Old:X8} "
                + $"at physical 0x{change.Physical:X8}, and two entries for one address may be held."
            : $"core {change.Core.Index} stores 0x{change.New:X8} at physical 0x{change.Physical:X8}, while what "
                + $"{entry.StoreInWords} took away may still be held.";
        string missing = entry == null
            ? "a fault entry first, DSB, the invalidation, DSB, and only then the new word."
            : entry.IsComplete
                ? holder is { State: HolderState.Invalidated } pending
                    ? $"DSB on core {pending.InvalidatedBy} after the invalidation at {pending.InvalidatedAt}."
                    : InvalidationFor(entry, holder)
                : MissingFor(
                    entry, holder, entry.NeedsClean ? ViolationKind.LineNotCleaned : ViolationKind.StoreNotComplete, 0);
        Report(new Violation
        {
            Kind = ViolationKind.BreakBeforeMake,
            CoreIndex = holder?.Core ?? change.Core.Index,
            Asid = holder is { Tag: < Holder.Global } tagged ? new Asid((uint)tagged.Tag) : null,
            Address = new VirtualAddress(change.Address),
            Physical = new PhysicalAddress(change.Physical),
            Cause = entry?.Store ?? change.Site,
            Found = change.Site,
            Finding = finding,
            Missing = missing,
        });
    }

    private void ReportReturned(
        ViolationKind kind, int core, int tag, uint? address, uint physical, Site cause, Site site, string finding, string missing) =>
        Report(new Violation
        {
            Kind = kind,
            CoreIndex = core,
            Asid = tag < Holder.Global ? new Asid((uint)tag) : null,
            Address = address is uint at ? new VirtualAddress(at) : null,
            Physical = new PhysicalAddress(physical),
            Cause = cause,
            Found = site,
            Finding = finding,
            Missing = missing,
        });
}
