using BenchmarkDotNet.Attributes;
using Kilburn.HostedBench.Allocators;

namespace Kilburn.HostedBench.Workloads;

/// <summary>The workloads on one allocator. An operation is one block taken or given back by one thread.</summary>
/// <typeparam name="TSource">The allocator.</typeparam>
public class FrameBenchmark<TSource>
    where TSource : struct, IFrameSource
{
    private TSource _source;
    private ThreadLoad<TSource>[] _loads = [];
    private ThreadTeam? _team;
    private Workload _workload;

    /// <summary>Threads that share the allocator.</summary>
    [Params(1, 2)]
    public int Threads { get; set; }

    /// <summary>Makes the allocator and the threads.</summary>
    [GlobalSetup]
    public void Begin()
    {
        _source.Start(ThreadLoad<TSource>.MemoryInMiB);
        _loads = new ThreadLoad<TSource>[Threads];
        for (int thread = 0; thread < Threads; thread++)
        {
            _loads[thread] = new ThreadLoad<TSource>((uint)thread, Threads);
        }

        _team = new ThreadTeam(Threads, thread => _loads[thread].Run(ref _source, _workload));
    }

    /// <summary>The same, with half the memory taken.</summary>
    [GlobalSetup(Target = nameof(Mix))]
    public void BeginMix()
    {
        Begin();
        foreach (ThreadLoad<TSource> load in _loads)
        {
            load.BeginMix(ref _source);
        }
    }

    /// <summary>Ends the threads.</summary>
    [GlobalCleanup]
    public void End()
    {
        _team!.Dispose();
        _source.End();
    }

    /// <summary><see cref="Workload.AllInOrder"/>.</summary>
    [Benchmark(OperationsPerInvoke = ThreadLoad<KilburnFrames>.PageOperations)]
    public void AllInOrder() => Run(Workload.AllInOrder);

    /// <summary><see cref="Workload.AllAtRandom"/>.</summary>
    [Benchmark(OperationsPerInvoke = ThreadLoad<KilburnFrames>.PageOperations)]
    public void AllAtRandom() => Run(Workload.AllAtRandom);

    /// <summary><see cref="Workload.OneInAndOut"/>.</summary>
    [Benchmark(OperationsPerInvoke = ThreadLoad<KilburnFrames>.PairOperations)]
    public void OneInAndOut() => Run(Workload.OneInAndOut);

    /// <summary><see cref="Workload.Mix"/>.</summary>
    [Benchmark(OperationsPerInvoke = ThreadLoad<KilburnFrames>.MixOperations)]
    public void Mix() => Run(Workload.Mix);

    /// <summary><see cref="Workload.LargeBlocks"/>.</summary>
    [Benchmark(OperationsPerInvoke = ThreadLoad<KilburnFrames>.BlockOperations)]
    public void LargeBlocks() => Run(Workload.LargeBlocks);

    private void Run(Workload workload)
    {
        _workload = workload;
        _team!.Run();
    }
}
