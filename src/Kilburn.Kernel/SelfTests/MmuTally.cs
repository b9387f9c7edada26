using System.Runtime.CompilerServices;
using Kilburn.Core.Faults;

namespace Kilburn.Kernel.SelfTests;

/// <summary>What a comparison of the table walk with the MMU came to.</summary>
public struct MmuTally
{
    private const int StatusCount = 32;

    private Counts _answers;

    /// <summary>Tables that were filled anew.</summary>
    public uint Tables;

    /// <summary>Translations asked for.</summary>
    public uint Queries;

    /// <summary>Loads and stores that were made, and refused.</summary>
    public uint RefusedAccesses;

    /// <summary>Stands for all answers and faults: two machines with the same gave the same.</summary>
    public uint Digest;

    /// <summary>Answers and faults that differed in address or fault.</summary>
    public uint Disagreements;

    /// <summary>The address of the first of them.</summary>
    public uint FirstDisagreement;

    /// <summary>The MMU's answers of one kind.</summary>
    /// <param name="status">Which; <see cref="FaultStatus.None"/> for translations.</param>
    public readonly uint CountOf(FaultStatus status) => _answers[(int)status & (StatusCount - 1)];

    /// <summary>Counts an answer.</summary>
    /// <param name="status">Which.</param>
    internal void Count(FaultStatus status) => _answers[(int)status & (StatusCount - 1)]++;

    [InlineArray(StatusCount)]
    private struct Counts
    {
        private uint _first;
    }
}
