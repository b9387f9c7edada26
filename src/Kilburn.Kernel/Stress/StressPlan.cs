using System.Runtime.CompilerServices;
using Kilburn.Core.Spaces;

namespace Kilburn.Kernel.Stress;

/// <summary>What all cores of a run have in common.</summary>
/// <remarks>Written before the cores begin; then <see cref="IsOver"/> by one core and read by all, and each tally by its own core.</remarks>
public struct StressPlan
{
    /// <summary>Cores that can take part.</summary>
    public const int CoreCapacity = 4;

    /// <summary>Spaces that all cores use.</summary>
    public const int SharedSpaceCount = 4;

    /// <summary>Where the random numbers begin; not zero.</summary>
    public uint Seed;

    /// <summary>A core ends after that many operations; zero: when <see cref="IsOver"/> says so.</summary>
    public uint OperationsOfCore;

    /// <summary>Length of the run, for the core that watches the clock; zero for a run that is counted.</summary>
    public uint Seconds;

    /// <summary>Not zero: the cores end.</summary>
    public uint IsOver;

    /// <summary>Spaces that all cores use.</summary>
    public SharedSpaces Shared;

    /// <summary>[core]</summary>
    public CoreTallies Tallies;

    /// <summary>One for each of <see cref="SharedSpaceCount"/>.</summary>
    [InlineArray(SharedSpaceCount)]
    public struct SharedSpaces
    {
        private AddressSpace _first;
    }

    /// <summary>One for each core.</summary>
    [InlineArray(CoreCapacity)]
    public struct CoreTallies
    {
        private StressTally _first;
    }
}
