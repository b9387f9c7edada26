using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Kilburn.Campaigns.Asids;

/// <summary>Goes through every interleaving of the shipped allocator's operations, breadth first, on all processors.</summary>
/// <remarks>
/// Each core may begin any operation on any space whenever it is between two. A core that would wait for the lock does not move: its
/// tries change nothing. Operations on one space that its own lock keeps apart (unmap, end) do not overlap.
/// </remarks>
/// <typeparam name="TBounds">Cores and ASIDs.</typeparam>
internal sealed class AsidSearch<TBounds>
    where TBounds : struct, IAsidBounds
{
    private const int StatesAtOnce = 64;

    private readonly AsidPlan _plan;
    private readonly AsidExplorer<TBounds>[] _explorers;
    private readonly StateSet _seen = new();
    private readonly StateSet _idle = new();

    /// <summary>Prepares a search.</summary>
    /// <param name="plan">Its bounds.</param>
    public AsidSearch(AsidPlan plan)
    {
        _plan = plan;
        _explorers = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new AsidExplorer<TBounds>(plan, _seen, _idle))];
    }

    /// <summary>States met.</summary>
    public long StateCount => _seen.Count;

    /// <summary>States met in which every core is between two operations, whatever the cores are called: the same in all detail.</summary>
    public StateSet IdleStates => _idle;

    /// <summary>Transitions tried.</summary>
    public long TransitionCount => _explorers.Sum(explorer => explorer.TransitionCount);

    /// <summary>Transitions in the longest of the shortest ways to a state.</summary>
    public int Depth { get; private set; }

    /// <summary>What is wrong, and how it comes to be; null when nothing is.</summary>
    public string? Finding { get; private set; }

    /// <summary>Searches.</summary>
    /// <param name="limit">Gives up after it.</param>
    /// <param name="report">Called after each level.</param>
    /// <returns>True when every state within the bounds was met, or something was found.</returns>
    public bool Search(TimeSpan limit, Action<AsidSearch<TBounds>>? report = null)
    {
        long started = Stopwatch.GetTimestamp();
        AsidState<TBounds>[] current = [_explorers[0].Begin()];
        while (current.Length != 0)
        {
            int next = 0;
            bool isOver = false;
            _ = Parallel.ForEach(_explorers, explorer =>
            {
                while (true)
                {
                    int first = Interlocked.Add(ref next, StatesAtOnce) - StatesAtOnce;
                    if (first >= current.Length || Volatile.Read(ref isOver))
                    {
                        return;
                    }

                    if (Stopwatch.GetElapsedTime(started) > limit || !explorer.Expand(current, first, Math.Min(first + StatesAtOnce, current.Length)))
                    {
                        Volatile.Write(ref isOver, true);
                    }
                }
            });
            Finding = _explorers.Select(explorer => explorer.Finding).FirstOrDefault(finding => finding != null);
            if (isOver)
            {
                return Finding != null;
            }

            current = [.. _explorers.SelectMany(explorer => explorer.TakeNext())];
            Depth++;
            report?.Invoke(this);
        }

        return true;
    }
}
