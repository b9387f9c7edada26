namespace Kilburn.Bench;

/// <summary>What the management of memory takes of it.</summary>
/// <param name="Name">For each of what.</param>
/// <param name="Bytes">For each.</param>
internal sealed record MemoryUse(string Name, decimal Bytes);
