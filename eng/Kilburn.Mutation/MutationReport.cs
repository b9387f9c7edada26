using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace Kilburn.Mutation;

/// <summary>Reads the report of dotnet-stryker. Source: mutation testing report schema, version 2.</summary>
internal static class MutationReport
{
    private const string CoreFolder = "Kilburn.Core/";

    /// <summary>All mutants of a report, in the order of files and lines.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is not such a report.</exception>
    public static List<Mutant> Read(string path)
    {
        try
        {
            using JsonDocument report = JsonDocument.Parse(File.ReadAllText(path));
            List<Mutant> mutants = [];
            foreach (JsonProperty file in report.RootElement.GetProperty("files").EnumerateObject())
            {
                string[] lines = file.Value.GetProperty("source").GetString()!.Split('\n');
                int start = file.Name.LastIndexOf(CoreFolder, StringComparison.Ordinal);
                string name = start < 0 ? file.Name : file.Name[(start + CoreFolder.Length)..];
                foreach (JsonElement mutant in file.Value.GetProperty("mutants").EnumerateArray())
                {
                    mutants.Add(Of(name, lines, mutant));
                }
            }

            return [.. mutants.OrderBy(mutant => mutant.File, StringComparer.Ordinal).ThenBy(mutant => mutant.Line)];
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path}: not a mutation report: {failure.Message}", failure);
        }
    }

    private static Mutant Of(string file, string[] lines, JsonElement mutant)
    {
        JsonElement location = mutant.GetProperty("location");
        (int line, int column) start = Place(location.GetProperty("start"));
        (int line, int column) end = Place(location.GetProperty("end"));
        List<string> text = [.. lines[(start.line - 1)..end.line]];
        text[^1] = text[^1][..(end.column - 1)];
        text[0] = text[0][(start.column - 1)..];
        string replacement = mutant.TryGetProperty("replacement", out JsonElement value) ? value.GetString() ?? "" : "";
        return new Mutant(
            file, start.line, OnOneLine(string.Join(' ', text)), OnOneLine(replacement), mutant.GetProperty("status").GetString()!);
    }

    private static (int Line, int Column) Place(JsonElement place) =>
        (place.GetProperty("line").GetInt32(), place.GetProperty("column").GetInt32());

    private static string OnOneLine(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
