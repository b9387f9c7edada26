using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Mathematics;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using BenchmarkDotNet.Toolchains.NativeAot;
using Kilburn.HostedBench.Allocators;
using Kilburn.HostedBench.Workloads;

namespace Kilburn.HostedBench;

/// <summary>Runs the workloads with BenchmarkDotNet.</summary>
/// <remarks>
/// A round is about a millisecond. Of one thread the quickest round counts: whatever else the computer does only adds. Of more threads
/// it is the median: the quickest rounds are those in which one waited for its processor, and the threads did not meet.
/// </remarks>
internal static class Measurements
{
    /// <summary>Rounds of each workload.</summary>
    internal const int Rounds = 300;

    private const string PackageSource = "https://api.nuget.org/v3/index.json";
    private const string Framework = "net10.0";
    private const int WarmUps = 3;
    private static readonly TimeSpan s_limitOfBuild = TimeSpan.FromMinutes(60);

    /// <summary>Measures.</summary>
    /// <param name="compilation">How.</param>
    /// <param name="artifacts">A folder for what BenchmarkDotNet writes.</param>
    /// <exception cref="InvalidOperationException">It measured nothing; its log says why.</exception>
    internal static IReadOnlyList<Timing> Run(Compilation compilation, string artifacts)
    {
        LogCapture log = new();
        Job job = Job.Default
            .WithToolchain(compilation == Compilation.Native ? Native() : InProcessEmitToolchain.Instance)
            .WithStrategy(BenchmarkDotNet.Engines.RunStrategy.Monitoring)
            .WithInvocationCount(1)
            .WithUnrollFactor(1)
            .WithGcForce(false)
            .WithLaunchCount(1)
            .WithWarmupCount(WarmUps)
            .WithIterationCount(Rounds);
        ManualConfig config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddLogger(log)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .WithArtifactsPath(artifacts)
            .WithBuildTimeout(s_limitOfBuild)
            .WithOptions(ConfigOptions.DisableOptimizationsValidator);
        Summary[] summaries = BenchmarkRunner.Run(
            [typeof(FrameBenchmark<KilburnFrames>), typeof(FrameBenchmark<LockedFreeList>), typeof(FrameBenchmark<CachedBuddy>)], config);
        List<Timing> timings = [.. summaries.SelectMany(summary => summary.Reports).Where(report => report.Success).Select(Read)];
        return timings.Count != 0
            ? timings
            : throw new InvalidOperationException(string.Concat(log.CapturedOutput.Select(piece => piece.Text)));
    }

    private static IToolchain Native() =>
        NativeAotToolchain.CreateBuilder().UseNuGet("", PackageSource).TargetFrameworkMoniker(Framework).ToToolchain();

    private static Timing Read(BenchmarkReport report)
    {
        BenchmarkCase benchmark = report.BenchmarkCase;
        Type source = benchmark.Descriptor.Type.GetGenericArguments()[0];
        int threads = Convert.ToInt32(
            benchmark.Parameters[nameof(FrameBenchmark<KilburnFrames>.Threads)], CultureInfo.InvariantCulture);
        Statistics statistics = report.ResultStatistics!;
        return new Timing(
            Enum.Parse<Workload>(benchmark.Descriptor.WorkloadMethod.Name),
            threads,
            NameOf(source),
            threads == 1 ? statistics.Min : statistics.Median);
    }

    private static string NameOf(Type source) =>
        source == typeof(KilburnFrames) ? KilburnFrames.Name
        : source == typeof(LockedFreeList) ? LockedFreeList.Name
        : CachedBuddy.Name;
}
