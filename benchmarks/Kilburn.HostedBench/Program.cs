using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Kilburn.HostedBench.Allocators;
using Kilburn.HostedBench.Workloads;

namespace Kilburn.HostedBench;

/// <summary>What <c>./bench --hosted</c> and <c>./bench --fragmentation</c> run.</summary>
internal static class Program
{
    private const string OnlyFragmentation = "--fragmentation";
    private const string Native = "--native";

    private static int Main(string[] arguments)
    {
        if (arguments is not ([] or [OnlyFragmentation] or [Native]))
        {
            Console.Error.WriteLine($"hosted-bench: unknown option {arguments[0]}");
            return 2;
        }

        if (arguments is not [OnlyFragmentation])
        {
            Compilation compilation = arguments.Length != 0 ? Compilation.Native : Compilation.JustInTime;
            Console.Error.WriteLine("measure: five workloads, three allocators, one and two threads");
            IReadOnlyList<Timing> timings = Measurements.Run(
                compilation, Path.Combine(Path.GetTempPath(), "kilburn-hosted-bench"));
            TimingTable.Print(timings);
        }

        Console.WriteLine(
            $"free blocks of 1 MiB after {Fragmentation.FullRounds} rounds of churn at half fill, of what an ideal packer leaves (goal 75 %):");
        Print<KilburnFrames>();
        Print<LockedFreeList>();
        Print<CachedBuddy>();
        return 0;
    }

    private static void Print<TSource>()
        where TSource : struct, IFrameSource
    {
        Fragmentation left = Fragmentation.Measure<TSource>(Fragmentation.FullRounds);
        Console.WriteLine($"  {TSource.Name,-18} {left.Found,4} of {left.Ideal,4}  {left.Share * 100,5:0.0} %");
    }
}
