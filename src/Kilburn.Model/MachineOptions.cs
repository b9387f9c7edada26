using System;
using System.Collections.Generic;
using Kilburn.Model.Campaigns;
using Kilburn.Model.Checking;
using Kilburn.Model.Memory;

namespace Kilburn.Model;

/// <summary>What a machine is made of.</summary>
public sealed record MachineOptions
{
    /// <summary>The environment variable that gives <see cref="Tlb"/> its default.</summary>
    public const string TlbVariable = "KILBURN_TLB";

    /// <summary>The environment variable that gives <see cref="Mutation"/> its default.</summary>
    public const string MutationVariable = "KILBURN_MUTATION";

    private const uint DefaultLength = 64u << 20;

    private static readonly TlbModel s_defaultTlb =
        Enum.TryParse(Environment.GetEnvironmentVariable(TlbVariable), true, out TlbModel named) ? named : TlbModel.Coherent;

    private static readonly Mutation? s_defaultMutation =
        Environment.GetEnvironmentVariable(MutationVariable) is { Length: > 0 } text ? Campaigns.Mutation.Parse(text) : null;

    /// <summary>Memory and devices. 64 MiB of memory from 0 when nothing is said.</summary>
    public IReadOnlyList<MemoryBank> Banks { get; init; } = [MemoryBank.Memory(0, DefaultLength)];

    /// <summary>Null for memory of zeroes; else the seed of the rubbish that memory holds at first.</summary>
    public ulong? DirtySeed { get; init; }

    /// <summary>What is added to a physical address to get its address in the linear map.</summary>
    public uint LinearMapOffset { get; init; } = 0x8000_0000;

    /// <summary>Bytes of the linear map.</summary>
    public uint LinearMapLengthInBytes { get; init; } = 0x4000_0000;

    /// <summary>
    /// What TLBs and walks do: what the environment variable <see cref="TlbVariable"/> names, or
    /// <see cref="TlbModel.Coherent"/>. So a whole test suite can be run on another model.
    /// </summary>
    public TlbModel Tlb { get; init; } = s_defaultTlb;

    /// <summary>What happens at a violation.</summary>
    public ViolationHandling Handling { get; init; } = ViolationHandling.Throw;

    /// <summary>
    /// A change of one maintenance step, to see what notices: what the environment variable <see cref="MutationVariable"/> names,
    /// or none.
    /// </summary>
    public Mutation? Mutation { get; init; } = s_defaultMutation;

    /// <summary>Whether two spaces may map one frame.</summary>
    public FrameSharing Sharing { get; init; } = FrameSharing.Allowed;

    /// <summary>Whether one frame may be mapped with two memory types.</summary>
    public MemoryTypeConflicts TypeConflicts { get; init; } = MemoryTypeConflicts.Reported;

    /// <summary>Seed of what is drawn with <see cref="TlbModel.Random"/>.</summary>
    public ulong Seed { get; init; }
}
