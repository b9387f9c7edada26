using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using Kilburn.Bench.Boot;
using Kilburn.Bench.Growth;
using Kilburn.Bench.Where;

namespace Kilburn.Bench;

/// <summary>The command behind <c>./bench</c>.</summary>
internal static class Program
{
    private const int Good = 0;
    private const int Failed = 1;
    private const int BadUsage = 2;

    private static readonly Option<bool> s_accept = new("--accept")
    {
        Description = "Write the run to benchmarks/baseline.json instead of comparing with it.",
    };

    private static readonly Option<FileInfo?> s_json = new("--json")
    {
        Description = "Write the run to FILE: {\"operations\":[{\"name\",\"mean\",\"max\",\"count\",\"goal\"}]}.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> s_where = new("--where")
    {
        Description = "Print where the instructions of one operation go, by method.",
        HelpName = "OPERATION",
    };

    private static readonly Option<bool> s_boot = new("--boot")
    {
        Description = "Print the instructions of start-up, step by step.",
    };

    private static readonly Option<bool> s_growth = new("--growth")
    {
        Description = "Measure where there is little and much of everything, and write docs/growth.md and its charts.",
    };

    private static readonly Option<DirectoryInfo> s_root = new("--root")
    {
        Description = "The repository; ./bench fills this in.",
        DefaultValueFactory = _ => new DirectoryInfo("."),
        Hidden = true,
    };

    private static int Main(string[] arguments)
    {
        RootCommand command = new("""
            Boots the kernel in QEMU and prints instructions per operation.
            ./bench --hosted [--native] measures the frame allocator on this computer beside two others, and how it keeps large blocks together;
            ./bench --fragmentation only the latter. --native compiles ahead of time, in some minutes.
            Exit status: 0 no operation is worse than the baseline; 1 one is, by over 2 %, or is missing; 2 bad usage.
            """)
        {
            s_accept,
            s_json,
            s_where,
            s_boot,
            s_growth,
            s_root,
        };
        command.SetAction(Run);
        ParseResult parsed = command.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            Console.Error.WriteLine($"bench: {parsed.Errors[0].Message} See --help.");
            return BadUsage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (BenchException failure)
        {
            Console.Error.WriteLine($"bench: {failure.Message}");
            return Failed;
        }
    }

    private static int Run(ParseResult arguments)
    {
        string root = arguments.GetRequiredValue(s_root).FullName;
        string baselinePath = Path.Combine(root, "benchmarks", "baseline.json");
        bool isAccepted = arguments.GetValue(s_accept);
        IReadOnlyList<Goal> goals = DataFiles.ReadGoals(Path.Combine(root, "benchmarks", "goals.json"));
        IReadOnlyDictionary<string, decimal> baseline = DataFiles.ReadBaseline(baselinePath);

        Console.Error.WriteLine("build: the kernel, without checks");
        string kernel = KernelBuild.Run(root);
        if (arguments.GetValue(s_where) is { } operation)
        {
            Console.Error.WriteLine("boot: QEMU, logging instructions");
            WhereTable.Print(WhereReport.Measure(root, kernel, operation));
            return Good;
        }

        if (arguments.GetValue(s_boot))
        {
            Console.Error.WriteLine("boot: QEMU, logging instructions");
            BootTable.Measure(root, kernel);
            return Good;
        }

        Console.Error.WriteLine("boot: QEMU, counting instructions");
        if (arguments.GetValue(s_growth))
        {
            KernelLog growth = KernelLog.Parse(Emulator.Run(kernel, "bench growth"));
            GrowthPage.Write(Path.Combine(root, "docs"), growth.GrowthPoints);
            Console.WriteLine($"docs/growth.md: {growth.GrowthPoints.Count} points in {GrowthCharts.All.Count} charts");
            return Good;
        }

        KernelLog log = KernelLog.Parse(Emulator.Run(kernel));

        Report report = new(goals, log.Measurements, baseline);
        if (isAccepted && report.IsComplete)
        {
            DataFiles.WriteBaseline(baselinePath, log.Measurements);
            report = new Report(goals, log.Measurements, DataFiles.ReadBaseline(baselinePath));
        }

        MemoryTable.Print(log.MemoryUses, DataFiles.ReadMemory(Path.Combine(root, "benchmarks", "memory.json")));
        ReportTable.Print(report, [.. log.Notes, InspectorDump.Run(kernel)]);
        if (arguments.GetValue(s_json) is { } file)
        {
            DataFiles.WriteResult(file.FullName, report.Rows);
        }

        return report.IsGood ? Good : Failed;
    }
}
