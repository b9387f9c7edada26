using System.Collections.Generic;
using System.Globalization;

namespace Kilburn.Bench;

/// <summary>What the kernel's <c>bench</c> command printed.</summary>
/// <remarks>
/// <code>
/// BENCH NOTE text
/// BENCH name mean max count
/// BENCH MEMORY name bytes things
/// BENCH GROWTH series x mean
/// BENCH FAILED reason
/// BENCH DONE lines
/// </code>
/// Other lines are the console's and mean nothing here.
/// </remarks>
internal sealed class KernelLog
{
    private const string Mark = "BENCH ";
    private const string Done = "DONE";
    private const string Failed = "FAILED";
    private const string Note = "NOTE";
    private const string Memory = "MEMORY ";
    private const string Growth = "GROWTH ";
    private const int FieldCount = 4;

    private readonly List<Measurement> _measurements = [];
    private readonly List<string> _notes = [];
    private readonly List<MemoryUse> _memory = [];
    private readonly List<GrowthPoint> _growth = [];

    private KernelLog()
    {
    }

    /// <summary>The operations, in the order of the run.</summary>
    internal IReadOnlyList<Measurement> Measurements => _measurements;

    /// <summary>Points of curves, in the order of the run.</summary>
    internal IReadOnlyList<GrowthPoint> GrowthPoints => _growth;

    /// <summary>What things take of the memory.</summary>
    internal IReadOnlyList<MemoryUse> MemoryUses => _memory;

    /// <summary>What the kernel says of the run itself.</summary>
    internal IReadOnlyList<string> Notes => _notes;

    /// <summary>True when a line is the last of a run, good or bad.</summary>
    /// <param name="line">A line of the console.</param>
    internal static bool IsLast(string line) => line.StartsWith(Mark + Done) || line.StartsWith(Mark + Failed);

    /// <summary>True when a line is the result of an operation.</summary>
    /// <param name="line">A line of the console.</param>
    /// <param name="name">The operation.</param>
    internal static bool IsRow(string line, string name) => line.StartsWith($"{Mark}{name} ");

    /// <summary>Reads the part of a run that has been printed.</summary>
    /// <param name="lines">The console, from its first line.</param>
    /// <exception cref="BenchException">The run failed, or printed a line that is none.</exception>
    internal static KernelLog ParsePart(IEnumerable<string> lines)
    {
        KernelLog log = new();
        foreach (string line in lines)
        {
            if (line.StartsWith(Mark))
            {
                _ = log.TakeLine(line[Mark.Length..].TrimEnd());
            }
        }

        return log;
    }

    /// <summary>Reads a run.</summary>
    /// <param name="lines">The console, from its first line.</param>
    /// <exception cref="BenchException">The run failed, broke off, lost a line, or printed one that is none.</exception>
    internal static KernelLog Parse(IEnumerable<string> lines)
    {
        KernelLog log = new();
        foreach (string line in lines)
        {
            if (line.StartsWith(Mark) && log.TakeLine(line[Mark.Length..].TrimEnd()))
            {
                return log;
            }
        }

        throw new BenchException("the run broke off: no line BENCH DONE");
    }

    // Takes a line without its mark; true when it is the last.
    private bool TakeLine(string text)
    {
        if (text.StartsWith(Failed))
        {
            throw new BenchException($"the kernel gave up: {text[Failed.Length..].Trim()}");
        }

        if (text.StartsWith(Done))
        {
            CheckCount(text);
            return true;
        }

        if (text.StartsWith(Growth))
        {
            _growth.Add(ReadGrowth(text));
        }
        else if (text.StartsWith(Memory))
        {
            _memory.Add(ReadMemory(text));
        }
        else if (text.StartsWith(Note))
        {
            _notes.Add(text[Note.Length..].Trim());
        }
        else
        {
            Add(text);
        }

        return false;
    }

    private static GrowthPoint ReadGrowth(string text)
    {
        string[] fields = text.Split(' ');
        return fields.Length == FieldCount
            && long.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out long x)
            && decimal.TryParse(fields[3], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal mean)
            ? new GrowthPoint(fields[1], x, mean)
            : throw new BenchException($"not a point of a curve: {Mark}{text}");
    }

    private static MemoryUse ReadMemory(string text)
    {
        string[] fields = text.Split(' ');
        return fields.Length == FieldCount
            && long.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out long bytes)
            && long.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out long things)
            && things != 0
            ? new MemoryUse(fields[1], (decimal)bytes / things)
            : throw new BenchException($"not a use of memory: {Mark}{text}");
    }

    private void Add(string text)
    {
        string[] fields = text.Split(' ');
        if (fields.Length != FieldCount
            || !decimal.TryParse(fields[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal mean)
            || !long.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out long max)
            || !long.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out long count))
        {
            throw new BenchException($"not a measurement: {Mark}{text}");
        }

        if (_measurements.Exists(other => other.Name == fields[0]))
        {
            throw new BenchException($"measured twice: {fields[0]}");
        }

        _measurements.Add(new Measurement(fields[0], mean, max, count));
    }

    private void CheckCount(string text)
    {
        if (text != $"{Done} {_measurements.Count}")
        {
            throw new BenchException($"lines were lost: {_measurements.Count} read, the kernel says {text}");
        }
    }
}
