using Kilburn.Core.Addresses;

namespace Kilburn.Model.Checking;

/// <summary>A rule of the architecture that the program on the machine relied on and did not keep.</summary>
public sealed record Violation
{
    /// <summary>What is wrong.</summary>
    public required ViolationKind Kind { get; init; }

    /// <summary>The core on which it shows.</summary>
    public required int CoreIndex { get; init; }

    /// <summary>The ASID under which it shows; null for every ASID.</summary>
    public Asid? Asid { get; init; }

    /// <summary>The virtual address at which it shows, if there is one.</summary>
    public VirtualAddress? Address { get; init; }

    /// <summary>The frame, table or word that it is about, if there is one.</summary>
    public PhysicalAddress? Physical { get; init; }

    /// <summary>Where the program stored the word, or wrote the register, that made the old state wrong.</summary>
    public Site Cause { get; init; }

    /// <summary>Where the program was when it showed: unknown for an access.</summary>
    public Site Found { get; init; }

    /// <summary>What is so, in words.</summary>
    public required string Finding { get; init; }

    /// <summary>What would have made it right, in words.</summary>
    public required string Missing { get; init; }

    /// <summary>Where the manual says so.</summary>
    public string Source => Kind switch
    {
        ViolationKind.StaleTranslation or ViolationKind.StalePermissions or ViolationKind.StaleWalk =>
            "ARM DDI 0406C.d, B3.9, B3.10.1",
        ViolationKind.StoreNotComplete or ViolationKind.InvalidationNotComplete => "ARM DDI 0406C.d, A3.8.3, B3.10.1",
        ViolationKind.ContextNotSynchronized => "ARM DDI 0406C.d, A3.8.3, B3.10.1, B3.15.5",
        ViolationKind.LineNotCleaned => "ARM DDI 0406C.d, B3.3.1, B3.10.1",
        ViolationKind.ContextPairing => "ARM DDI 0406C.d, B3.10.4",
        ViolationKind.AsidReused => "ARM DDI 0406C.d, B3.9.1, B3.10.1",
        ViolationKind.BreakBeforeMake => "ARM DDI 0406C.d, B3.9.2, B3.10.1",
        ViolationKind.CopiesDisagree => "ARM DDI 0406C.d, B3.5.1",
        ViolationKind.EntriesInDoubt => "ARM DDI 0406C.d, B3.10.2",
        ViolationKind.NotInvalidatedAfterReset => "ARM DDI 0406C.d, B3.9.3",
        ViolationKind.InstructionsNotCoherent => "ARM DDI 0406C.d, B2.2, B3.11.2",
        ViolationKind.StalePrediction => "ARM DDI 0406C.d, B2.2.4, B2.2.9",
        ViolationKind.MemoryTypesDiffer => "ARM DDI 0406C.d, A3.5, mismatched memory attributes",
        _ => "ARM DDI 0406C.d, B3.10.1",
    };

    /// <summary>The whole report, in one sentence or two.</summary>
    public override string ToString()
    {
        string asid = Asid is Asid tag ? $", ASID {tag.Value}" : string.Empty;
        string address = Address is VirtualAddress at ? $", 0x{at.Value:X8}" : string.Empty;
        string found = Found.IsKnown ? $" Found at {Found}." : string.Empty;
        return $"{Kind}: core {CoreIndex}{asid}{address}: {Finding} Missing: {Missing}{found} ({Source})";
    }
}
