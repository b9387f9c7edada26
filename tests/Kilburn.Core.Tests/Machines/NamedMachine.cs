using Kilburn.Model;
using Kilburn.Model.Checking;

namespace Kilburn.Core.Tests.Machines;

/// <summary>The machine that the environment names for properties: see <see cref="MachineOptions.TlbVariable"/>.</summary>
public static class NamedMachine
{
    /// <summary>True for the model whose TLBs do the worst that they may; else a plain and quick machine is meant.</summary>
    public static bool IsHostile { get; } = new MachineOptions().Tlb == TlbModel.Hostile;

    /// <summary>By what a property's samples are fewer on the named machine.</summary>
    public static int SampleDivisor => IsHostile ? 10 : 1;
}
