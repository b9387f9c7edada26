using System;
using System.Collections.Generic;
using System.Linq;

namespace Kilburn.Bench.Where;

/// <summary>The samples of one row, found among the reads of the counter.</summary>
/// <param name="Counts">Instructions by method, of all samples.</param>
/// <param name="Operations">Operations of all samples.</param>
/// <param name="Overhead">Instructions of an operation that the empty sample's count takes off.</param>
/// <param name="LeftOut">Instructions of an operation that the row leaves out: clearing and copying.</param>
/// <param name="IsRounded">True when a sample is many operations, and each sample was rounded to whole instructions of one.</param>
internal sealed record RowSamples(MethodCounts Counts, long Operations, decimal Overhead, decimal LeftOut, bool IsRounded)
{
    private const int MostOperationsShift = 12;
    private const decimal Rounding = 0.051m; // printed to a tenth
    private const decimal RoundingBySample = 1.051m; // each sample gives whole instructions of an operation

    /// <summary>Finds the pair of reads whose samples give the row's mean, maximum and count.</summary>
    /// <param name="recorder">What ran.</param>
    /// <param name="row">What was measured.</param>
    /// <param name="overhead">Instructions that an empty sample counts.</param>
    /// <returns>Null when no pair does. Of several, one that is not rounded, then the one that leaves the least out.</returns>
    internal static RowSamples? Find(SampleRecorder recorder, Measurement row, int overhead)
    {
        for (int depth = 1; depth <= CallChain.Depth; depth++)
        {
            CallChain[] chains = [.. recorder.Reads.Select(read => read.Chain.Innermost(depth))];
            List<CallChain> sites = [.. chains.Distinct()];
            RowSamples? found = sites
                .SelectMany(from => sites.Where(to => to != from).Select(to => (From: from, To: to)))
                .Select(pair => Match(recorder, chains, pair.From, pair.To, row, overhead))
                .Where(match => match is not null)
                .OrderBy(match => match!.IsRounded)
                .ThenBy(match => match!.LeftOut)
                .FirstOrDefault();
            if (found is not null)
            {
                return found;
            }
        }

        return null;
    }

    private static RowSamples? Match(
        SampleRecorder recorder, CallChain[] chains, CallChain from, CallChain to, Measurement row, int overhead)
    {
        long sum = 0;
        long max = 0;
        long samples = 0;
        int open = -1;
        List<(int First, int Last)> found = [];
        for (int index = 0; index < chains.Length; index++)
        {
            if (chains[index] == from)
            {
                open = index;
            }
            else if (chains[index] == to && open >= 0)
            {
                long taken = recorder.Reads[index].Position - recorder.Reads[open].Position - overhead;
                sum += taken;
                max = Math.Max(max, taken);
                samples++;
                found.Add((open, index));
                open = -1;
            }
        }

        for (int shift = 0; samples != 0 && shift <= MostOperationsShift; shift++)
        {
            long operations = samples << shift;
            decimal more = ((decimal)sum / operations) - row.Mean;
            decimal leftOut = Math.Round(more); // whole instructions
            bool isRounded = shift != 0 && row.Count == samples;
            decimal tolerance = isRounded ? RoundingBySample : Rounding;
            if ((isRounded || row.Count == operations)
                && leftOut >= 0
                && Math.Abs(more - leftOut) <= tolerance
                && Math.Abs((max >> shift) - leftOut - row.Max) <= (isRounded ? tolerance : 0))
            {
                return new RowSamples(Sum(recorder, found), operations, (decimal)overhead / (1 << shift), leftOut, isRounded);
            }
        }

        return null;
    }

    // Every stretch between two reads with the chains of one inside a sample: those outside have others.
    private static MethodCounts Sum(SampleRecorder recorder, List<(int First, int Last)> samples)
    {
        HashSet<(CallChain, CallChain)> stretches = [];
        foreach ((int first, int last) in samples)
        {
            for (int index = first; index < last; index++)
            {
                _ = stretches.Add((recorder.Reads[index].Chain, recorder.Reads[index + 1].Chain));
            }
        }

        MethodCounts sum = new(recorder.MethodCount);
        foreach ((CallChain, CallChain) stretch in stretches)
        {
            sum.Add(recorder.Between[stretch]);
        }

        return sum;
    }
}
