namespace Kilburn.Campaigns.Asids;

/// <summary>What a core does with a space.</summary>
/// <param name="Kind">What.</param>
/// <param name="Slot">The space's place, where one is concerned.</param>
internal readonly record struct AsidOperation(AsidOperationKind Kind, int Slot)
{
    /// <inheritdoc/>
    public override string ToString() => HasSpace ? $"{Kind.ToString().ToLowerInvariant()} {(char)('A' + Slot)}" : Kind.ToString().ToLowerInvariant();

    /// <summary>True when it takes the lock before it reads anything that others write, and ends with its release.</summary>
    public bool IsUnderLock => Kind is AsidOperationKind.Begin or AsidOperationKind.Retire or AsidOperationKind.Attach;

    /// <summary>True when it is about a space.</summary>
    public bool HasSpace => Kind is not (AsidOperationKind.None or AsidOperationKind.Leave or AsidOperationKind.Begin);
}

/// <summary>The operations that are interleaved.</summary>
internal enum AsidOperationKind : byte
{
    /// <summary>No operation.</summary>
    None,

    /// <summary>Makes a space current.</summary>
    Switch,

    /// <summary>Makes no space current.</summary>
    Leave,

    /// <summary>Begins a generation before it is needed.</summary>
    Begin,

    /// <summary>Removes a page, and invalidates it.</summary>
    Unmap,

    /// <summary>Takes a space out for good.</summary>
    Retire,

    /// <summary>Puts a new space in the place of one that was taken out.</summary>
    Attach,
}
