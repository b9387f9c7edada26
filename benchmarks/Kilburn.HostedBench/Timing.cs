using Kilburn.HostedBench.Workloads;

namespace Kilburn.HostedBench;

/// <summary>One figure.</summary>
/// <param name="Workload">What was done.</param>
/// <param name="Threads">By how many threads.</param>
/// <param name="Source">To which allocator.</param>
/// <param name="Nanoseconds">Per operation of one thread.</param>
internal sealed record Timing(Workload Workload, int Threads, string Source, double Nanoseconds);
