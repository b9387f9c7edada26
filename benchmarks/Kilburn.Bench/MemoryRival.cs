namespace Kilburn.Bench;

/// <summary>What others take for the same, as measured on the same processor.</summary>
/// <param name="Name">As a <see cref="MemoryUse"/> has it.</param>
/// <param name="Goal">Bytes, at most; null where no goal is set.</param>
/// <param name="Reference">Bytes of the C kernel of the seed's text; null where it has nothing alike.</param>
/// <param name="Linux">Bytes of Linux, in words; null where it was not measured.</param>
/// <param name="What">What is counted, in words.</param>
internal sealed record MemoryRival(string Name, decimal? Goal, decimal? Reference, string? Linux, string What);
