using System.Collections.Generic;
using System.Linq;

namespace Kilburn.Bench.Where;

/// <summary>The functions whose entries end samples and rows.</summary>
internal sealed class SampleMarks
{
    private static readonly string[] s_readsOfCounter = ["arm_read_cycle_counter", "user_count"];
    private static readonly string[] s_reports = ["BenchmarkRun.Report", "Samples.Report"];

    private readonly HashSet<uint> _reports;
    private readonly HashSet<uint> _reads;

    /// <summary>Finds them.</summary>
    /// <param name="symbols">Of the kernel and of the program.</param>
    /// <param name="reports">Rows whose results are printed until the recording ends; the first may be the row before.</param>
    /// <exception cref="BenchException">One is missing.</exception>
    internal SampleMarks(IReadOnlyList<CodeSymbol> symbols, int reports)
    {
        Reports = reports;
        _reports = [.. FindReports(symbols)];
        _reads = [.. symbols.Where(symbol => s_readsOfCounter.Contains(symbol.Name)).Select(symbol => symbol.Address)];
        if (_reads.Count < s_readsOfCounter.Length)
        {
            throw new BenchException($"no functions {string.Join(" and ", s_readsOfCounter)}: samples cannot be told apart");
        }
    }

    /// <summary>Entries of a report until the recording ends.</summary>
    internal int Reports { get; }

    /// <summary>Where the results of a row begin to be printed.</summary>
    /// <param name="symbols">Of the kernel and of the program.</param>
    /// <exception cref="BenchException">Nowhere.</exception>
    internal static IReadOnlyList<uint> FindReports(IReadOnlyList<CodeSymbol> symbols)
    {
        uint[] found = [.. symbols.Where(symbol => s_reports.Contains(MethodName.Of(symbol.Name))).Select(symbol => symbol.Address)];
        return found.Length >= s_reports.Length
            ? found
            : throw new BenchException($"no functions {string.Join(" and ", s_reports)}: rows cannot be told apart");
    }

    /// <summary>True at the first instruction of a report.</summary>
    /// <param name="address">A virtual address.</param>
    internal bool IsReport(uint address) => _reports.Contains(address);

    /// <summary>True at a read of the counter.</summary>
    /// <param name="address">A virtual address.</param>
    internal bool IsRead(uint address) => _reads.Contains(address);
}
