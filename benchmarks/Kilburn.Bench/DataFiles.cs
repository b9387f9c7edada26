using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kilburn.Bench;

/// <summary>The files of the benchmarks: goals, baseline, and the result for tools.</summary>
internal static class DataFiles
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads <c>goals.json</c>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BenchException">Missing, malformed, or a name twice.</exception>
    internal static IReadOnlyList<Goal> ReadGoals(string path)
    {
        List<Goal> goals = [.. Read<GoalFile>(path).Operations.Select(
            line => new Goal(line.Name, line.Goal, line.Reference, line.Linux, line.Operation))];
        RefuseTwins(path, goals.Select(goal => goal.Name));
        return goals;
    }

    /// <summary>Reads <c>memory.json</c>: goals, and what others take.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BenchException">Missing, malformed, or a name twice.</exception>
    internal static IReadOnlyList<MemoryRival> ReadMemory(string path)
    {
        List<MemoryRival> rivals = [.. Read<MemoryFile>(path).Memory.Select(
            line => new MemoryRival(line.Name, line.Goal, line.Reference, line.Linux, line.What))];
        RefuseTwins(path, rivals.Select(rival => rival.Name));
        return rivals;
    }

    /// <summary>Reads <c>baseline.json</c>.</summary>
    /// <param name="path">The file; one that is missing is an empty baseline.</param>
    /// <returns>Mean by name.</returns>
    /// <exception cref="BenchException">Malformed, or a name twice.</exception>
    internal static IReadOnlyDictionary<string, decimal> ReadBaseline(string path)
    {
        if (!File.Exists(path))
        {
            return new Dictionary<string, decimal>();
        }

        BaselineFile file = Read<BaselineFile>(path);
        RefuseTwins(path, file.Operations.Select(line => line.Name));
        return file.Operations.ToDictionary(line => line.Name, line => line.Mean);
    }

    /// <summary>Writes a run as the new baseline.</summary>
    /// <param name="path">The file.</param>
    /// <param name="measurements">The run.</param>
    internal static void WriteBaseline(string path, IEnumerable<Measurement> measurements) =>
        Write(path, new BaselineFile([.. measurements.Select(line => new BaselineLine(line.Name, line.Mean))]));

    /// <summary>Writes a run for other programs.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">The run with its goals.</param>
    internal static void WriteResult(string path, IEnumerable<ReportRow> rows) =>
        Write(path, new ResultFile([.. rows.Where(row => row.Measurement is not null).Select(row => new ResultLine(
            row.Name, row.Measurement!.Mean, row.Measurement.Max, row.Measurement.Count, row.Goal?.Limit))]));

    private static T Read<T>(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), s_options)
                ?? throw new BenchException($"{path}: empty");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new BenchException($"{path}: {failure.Message}");
        }
    }

    private static void Write<T>(string path, T content)
    {
        try
        {
            File.WriteAllText(path, JsonSerializer.Serialize(content, s_options) + "\n");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BenchException($"{path}: {failure.Message}");
        }
    }

    private static void RefuseTwins(string path, IEnumerable<string> names)
    {
        string? twin = names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1)?.Key;
        if (twin is not null)
        {
            throw new BenchException($"{path}: {twin} stands there twice");
        }
    }

    private sealed record GoalFile(IReadOnlyList<GoalLine> Operations);

    private sealed record GoalLine(string Name, long Goal, long? Reference, string Operation, long? Linux = null);

    private sealed record MemoryFile(IReadOnlyList<MemoryLine> Memory);

    private sealed record MemoryLine(string Name, string What, decimal? Goal = null, decimal? Reference = null, string? Linux = null);

    private sealed record BaselineFile(IReadOnlyList<BaselineLine> Operations);

    private sealed record BaselineLine(string Name, decimal Mean);

    private sealed record ResultFile(IReadOnlyList<ResultLine> Operations);

    private sealed record ResultLine(string Name, decimal Mean, long Max, long Count, long? Goal);
}
