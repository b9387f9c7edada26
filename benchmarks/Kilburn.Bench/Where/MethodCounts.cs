using System.Collections.Generic;

namespace Kilburn.Bench.Where;

/// <summary>Instructions and calls by index of a method.</summary>
/// <param name="methodCount">Methods that there are.</param>
internal sealed class MethodCounts(int methodCount)
{
    private readonly long[] _instructions = new long[methodCount];
    private readonly long[] _calls = new long[methodCount];
    private readonly bool[] _isUsed = new bool[methodCount];
    private readonly List<int> _used = [];

    /// <summary>Methods that were counted, each once; what was taken back may leave zero.</summary>
    internal IReadOnlyList<int> Used => _used;

    /// <summary>Instructions of a method.</summary>
    /// <param name="method">Its index.</param>
    internal long InstructionsOf(int method) => _instructions[method];

    /// <summary>How often a method began.</summary>
    /// <param name="method">Its index.</param>
    internal long CallsOf(int method) => _calls[method];

    /// <summary>Counts.</summary>
    /// <param name="method">The method.</param>
    /// <param name="instructions">Less than nothing takes back.</param>
    /// <param name="calls">The same.</param>
    internal void Add(int method, long instructions, long calls)
    {
        if (!_isUsed[method])
        {
            _isUsed[method] = true;
            _used.Add(method);
        }

        _instructions[method] += instructions;
        _calls[method] += calls;
    }

    /// <summary>Adds all counts of another.</summary>
    /// <param name="other">Of the same methods.</param>
    internal void Add(MethodCounts other)
    {
        foreach (int method in other._used)
        {
            Add(method, other._instructions[method], other._calls[method]);
        }
    }

    /// <summary>Counts nothing any more.</summary>
    internal void Clear()
    {
        foreach (int method in _used)
        {
            _instructions[method] = 0;
            _calls[method] = 0;
            _isUsed[method] = false;
        }

        _used.Clear();
    }
}
