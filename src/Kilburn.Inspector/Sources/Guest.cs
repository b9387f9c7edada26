using System;
using System.Collections.Generic;
using Kilburn.Inspector.Translation;

namespace Kilburn.Inspector.Sources;

/// <summary>A guest: its registers and its memory, from wherever they come.</summary>
/// <param name="name">Of the source, for titles.</param>
/// <param name="registers">What its walks start from.</param>
/// <param name="memory">Its physical memory.</param>
/// <param name="ram">Where RAM is; null when the source does not say.</param>
/// <param name="owned">Ended with the guest; null for nothing.</param>
public sealed class Guest(
    string name,
    GuestRegisters registers,
    IPhysicalMemory memory,
    IReadOnlyList<AddressRange>? ram,
    IDisposable? owned = null) : IDisposable
{
    /// <summary>Of the source.</summary>
    public string Name { get; } = name;

    /// <summary>What its walks start from.</summary>
    public GuestRegisters Registers { get; } = registers;

    /// <summary>Its physical memory.</summary>
    public IPhysicalMemory Memory { get; } = memory;

    /// <summary>Where RAM is; null when the source does not say.</summary>
    public IReadOnlyList<AddressRange>? Ram { get; } = ram;

    /// <summary>Names of addresses; null for none.</summary>
    public SymbolTable? Symbols { get; init; }

    /// <summary>DFSR and DFAR, where the source gives them.</summary>
    public (uint Status, uint Address)? DataFault { get; init; }

    /// <inheritdoc/>
    public void Dispose() => owned?.Dispose();
}
