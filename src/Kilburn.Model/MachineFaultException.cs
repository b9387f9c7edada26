using System;
using Kilburn.Model.Translation;

namespace Kilburn.Model;

/// <summary>Kernel code on the machine took an abort that nothing handles.</summary>
/// <param name="coreIndex">The core.</param>
/// <param name="fault">What the fault registers hold.</param>
public sealed class MachineFaultException(int coreIndex, AccessResult fault)
    : Exception($"core {coreIndex}: unexpected abort: {fault}")
{
    /// <summary>The core.</summary>
    public int CoreIndex { get; } = coreIndex;

    /// <summary>What the fault registers hold.</summary>
    public AccessResult Fault { get; } = fault;
}
