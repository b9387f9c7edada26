using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Kilburn.Bench.Where;
using Spectre.Console;

namespace Kilburn.Bench.Boot;

/// <summary>Prints what start-up takes, step by step.</summary>
internal static class BootTable
{
    private const int MethodsNamed = 3;

    /// <summary>Boots and prints.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="kernel">The kernel's ELF file.</param>
    /// <exception cref="BenchException">The run failed.</exception>
    internal static void Measure(string root, string kernel)
    {
        IReadOnlyList<CodeSymbol> symbols = WhereReport.ReadSymbols(root, kernel);
        CodeMap map = new(symbols);
        BootRecorder recorder = new(map, symbols);
        _ = new TracedEmulator(kernel, []).Run(0, "boot.start", line => recorder.Add(WhereReport.AtItsPlace(line)));
        if (!recorder.IsDone)
        {
            throw new BenchException("the boot did not pass through all of its steps");
        }

        Print(recorder.Steps, map);
    }

    private static void Print(IReadOnlyList<BootStep> steps, CodeMap map)
    {
        long whole = steps.Sum(step => step.Instructions);
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumn("step");
        table.AddColumn(new TableColumn("instructions").RightAligned());
        table.AddColumn(new TableColumn("share").RightAligned());
        table.AddColumn("most of it");
        foreach (BootStep step in steps)
        {
            IEnumerable<string> methods = step.Counts.Used
                .OrderByDescending(step.Counts.InstructionsOf)
                .Take(MethodsNamed)
                .Select(method => $"{map.Names[method]} {Output.Number(step.Counts.InstructionsOf(method))}");
            table.AddRow(
                step.Name,
                Output.Number(step.Instructions),
                ((decimal)step.Instructions / whole).ToString("0.0 %", CultureInfo.InvariantCulture),
                string.Join(", ", methods));
        }

        Output.Open().Write(table);
        Console.WriteLine($"{Output.Number(whole)} instructions from the reset to the first command");
    }
}
