using System.Collections.Generic;
using System.Linq;
using Kilburn.Inspector.Translation;

namespace Kilburn.Inspector.Maps;

/// <summary>Sizes by kind, and what the tables take.</summary>
public sealed class MapSummary
{
    private MapSummary(TableScan scan, int wordLength)
    {
        MappedInBytes = Sum(scan.Leaves);
        Blocks = [.. scan.Leaves.GroupBy(leaf => leaf.Form?.Name ?? "flat").Select(group => (group.Key, Sum(group)))];
        Rights = [.. scan.Leaves
            .GroupBy(leaf => (leaf.Attributes.Kernel, leaf.Attributes.User))
            .OrderBy(group => group.Key)
            .Select(group => ($"kernel {Words.Of(group.Key.Kernel)} user {Words.Of(group.Key.User)}", Sum(group)))];
        Types = [.. scan.Leaves.GroupBy(leaf => Words.Of(leaf.Attributes.Memory)).Select(group => (group.Key, Sum(group)))];
        UserInBytes = Sum(scan.Leaves.Where(leaf => leaf.Attributes.User != Translation.Rights.None));
        GlobalInBytes = Sum(scan.Leaves.Where(leaf => leaf.Attributes.IsGlobal));
        Tables = [.. scan.Tables
            .DistinctBy(use => (use.Start, use.EntryCount))
            .GroupBy(use => use.Level)
            .OrderBy(group => group.Key)
            .Select(group => new TableTally(
                group.Key,
                group.Count(),
                group.Sum(use => (long)use.EntryCount * wordLength),
                group.Sum(use => (long)use.ValidCount),
                group.Sum(use => (long)(use.EntryCount - use.ValidCount) * wordLength)))];
    }

    /// <summary>Virtual addresses that are mapped.</summary>
    public ulong MappedInBytes { get; }

    /// <summary>Of them, those that the user reaches.</summary>
    public ulong UserInBytes { get; }

    /// <summary>Of them, those that are the same under every ASID.</summary>
    public ulong GlobalInBytes { get; }

    /// <summary>Bytes by form of descriptor.</summary>
    public IReadOnlyList<(string Name, ulong LengthInBytes)> Blocks { get; }

    /// <summary>Bytes by rights.</summary>
    public IReadOnlyList<(string Name, ulong LengthInBytes)> Rights { get; }

    /// <summary>Bytes by memory type.</summary>
    public IReadOnlyList<(string Name, ulong LengthInBytes)> Types { get; }

    /// <summary>The tables, by level.</summary>
    public IReadOnlyList<TableTally> Tables { get; }

    /// <summary>Counts.</summary>
    /// <param name="scan">What the tables say.</param>
    /// <param name="format">Their format.</param>
    public static MapSummary Of(TableScan scan, ITableFormat format) => new(scan, format.WordLength);

    private static ulong Sum(IEnumerable<Leaf> leaves) =>
        leaves.Aggregate(0ul, (sum, leaf) => sum + leaf.LengthInBytes);
}
