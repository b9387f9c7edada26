using System;

namespace Kilburn.Model;

/// <summary>The program on the machine stopped itself: <see cref="Kilburn.Core.IMachine.Panic"/>.</summary>
/// <param name="invariant">Number and text of what broke.</param>
/// <param name="value">The address or word that shows it.</param>
/// <param name="coreIndex">The core that found it.</param>
public sealed class MachinePanicException(string invariant, uint value, int coreIndex)
    : Exception($"panic on core {coreIndex}: {invariant} (0x{value:X8})")
{
    /// <summary>Number and text of what broke.</summary>
    public string Invariant { get; } = invariant;

    /// <summary>The address or word that shows it.</summary>
    public uint Value { get; } = value;

    /// <summary>The core that found it.</summary>
    public int CoreIndex { get; } = coreIndex;
}
