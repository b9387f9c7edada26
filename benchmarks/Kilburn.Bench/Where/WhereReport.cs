using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace Kilburn.Bench.Where;

/// <summary>Instructions of one operation by method.</summary>
/// <param name="Row">What the run measured.</param>
/// <param name="Methods">The biggest first.</param>
/// <param name="Overhead">What the count of an empty sample takes off.</param>
/// <param name="LeftOut">What the row leaves out.</param>
internal sealed partial record WhereReport(Measurement Row, IReadOnlyList<WhereLine> Methods, decimal Overhead, decimal LeftOut)
{
    private const string ProgramOfTheRun = "src/Kilburn.Programs/bin/Release/net10.0/bench.elf";
    private const uint LinearMap = 0x8000_0000;

    /// <summary>What the methods sum up to, as the row counts it.</summary>
    internal decimal Sum => Methods.Sum(method => method.Instructions) - Overhead - LeftOut;

    /// <summary>Measures.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="kernel">The kernel's ELF file.</param>
    /// <param name="operation">A row of the run.</param>
    /// <exception cref="BenchException">No such row, or the run failed.</exception>
    internal static WhereReport Measure(string root, string kernel, string operation)
    {
        IReadOnlyList<Measurement> rows = KernelLog.Parse(Emulator.Run(kernel)).Measurements;
        int row = rows.Select(measurement => measurement.Name).ToList().IndexOf(operation);
        if (row < 0)
        {
            throw new BenchException($"no operation '{operation}'; there are {string.Join(", ", rows.Select(each => each.Name))}");
        }

        IReadOnlyList<CodeSymbol> symbols = ReadSymbols(root, kernel);
        TracedEmulator emulator = new(kernel, SampleMarks.FindReports(symbols));
        CodeMap map = new(symbols);
        if (row == 0)
        {
            SampleRecorder boot = new(map, new SampleMarks(symbols, 1));
            KernelLog log = KernelLog.ParsePart(emulator.Run(0, operation, line => boot.Add(AtItsPlace(line))));
            return OfBoot(map, boot, log.Measurements[^1]);
        }

        // Rows whose results are printed together were measured together: the log begins with the first of them.
        for (int skipped = row; skipped > 0; skipped--)
        {
            SampleRecorder recorder = new(map, new SampleMarks(symbols, row - skipped + 2));
            KernelLog log = KernelLog.ParsePart(emulator.Run(skipped, operation, recorder.Add));
            Measurement measured = log.Measurements[^1];
            if (RowSamples.Find(recorder, measured, OverheadOf(log)) is { } samples)
            {
                return new WhereReport(measured, Lines(map, samples.Counts, samples.Operations), samples.Overhead, samples.LeftOut);
            }
        }

        throw new BenchException($"{operation}: no two reads of the counter give what was measured");
    }

    /// <summary>The functions of the kernel and of the program that measures.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="kernel">The kernel's ELF file.</param>
    internal static IReadOnlyList<CodeSymbol> ReadSymbols(string root, string kernel) =>
        CodeMap.ReadSymbols(kernel, Path.Combine(root, ProgramOfTheRun));

    /// <summary>Before the MMU is on, the kernel runs at its physical addresses: as if at those of the linear map.</summary>
    /// <param name="line">A line of the log of start-up.</param>
    internal static LogLine AtItsPlace(LogLine line) =>
        CodeMap.IsUser(line.Address) ? line with { Address = line.Address + LinearMap } : line;

    private static WhereReport OfBoot(CodeMap map, SampleRecorder recorder, Measurement row)
    {
        if (recorder.Reads.Count == 0)
        {
            throw new BenchException("start-up does not read the counter");
        }

        MethodCounts counts = recorder.Between[(default, recorder.Reads[0].Chain)];
        return new WhereReport(row, Lines(map, counts, 1), 0, 0);
    }

    private static List<WhereLine> Lines(CodeMap map, MethodCounts counts, long operations) =>
    [
        .. counts.Used
            .Where(method => counts.InstructionsOf(method) != 0)
            .OrderByDescending(counts.InstructionsOf)
            .Select(method => new WhereLine(
                map.Names[method],
                (decimal)counts.InstructionsOf(method) / operations,
                (decimal)counts.CallsOf(method) / operations)),
    ];

    // The last that was said: a program has its own.
    private static int OverheadOf(KernelLog log)
    {
        string? note = log.Notes.LastOrDefault(note => EmptySample().IsMatch(note));
        return note is not null
            ? int.Parse(EmptySample().Match(note).Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : throw new BenchException("the run does not say what an empty sample counts");
    }

    [GeneratedRegex("^an empty sample.* counts ([0-9]+) instructions")]
    private static partial Regex EmptySample();
}
