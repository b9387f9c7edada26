using System.Collections.Generic;

namespace Kilburn.Bench.Where;

/// <summary>Instructions by method between each two reads of the cycle counter.</summary>
/// <remarks>
/// An access that faults stands in the log before the vector of its abort, and is not counted by the machine: it is taken back.
/// The calls of kernel and program are followed apart, so that an interrupt does not disturb the program's.
/// </remarks>
internal sealed class SampleRecorder
{
    private const uint DataAbortVector = 0xFFFF_0010;

    private readonly CodeMap _map;
    private readonly SampleMarks _marks;
    private readonly CallStack _kernel;
    private readonly CallStack _user;
    private readonly MethodCounts _current;
    private readonly List<CounterRead> _reads = [];
    private readonly Dictionary<(CallChain From, CallChain To), MethodCounts> _between = [];
    private int _reports;
    private long _position;
    private int _previous;
    private uint _previousAddress;
    private bool _isPreviousCall;

    /// <summary>A recorder that has seen nothing.</summary>
    /// <param name="map">Of kernel and program.</param>
    /// <param name="marks">What ends samples and rows.</param>
    internal SampleRecorder(CodeMap map, SampleMarks marks)
    {
        _map = map;
        _marks = marks;
        _kernel = new CallStack(map);
        _user = new CallStack(map);
        _current = new MethodCounts(map.Names.Count);
    }

    /// <summary>True once the results of the last row are about to be printed: nothing is recorded any more.</summary>
    internal bool IsDone => _reports == _marks.Reports;

    /// <summary>Methods of the map.</summary>
    internal int MethodCount => _map.Names.Count;

    /// <summary>The reads, in order.</summary>
    internal IReadOnlyList<CounterRead> Reads => _reads;

    /// <summary>What ran from one read to the next, summed over all pairs of reads with these chains.</summary>
    internal IReadOnlyDictionary<(CallChain From, CallChain To), MethodCounts> Between => _between;

    /// <summary>Takes a line of the log.</summary>
    /// <param name="line">The next one.</param>
    internal void Add(LogLine line)
    {
        if (IsDone || line.Kind == LogLineKind.Other)
        {
            return;
        }

        if (line.Kind == LogLineKind.TakenBack)
        {
            TakeBack(line.Address);
            return;
        }

        if (line.Address == DataAbortVector)
        {
            TakeBack(_previousAddress);
        }

        Step(line.Address);
    }

    private void TakeBack(uint address)
    {
        if (address == _previousAddress)
        {
            _current.Add(_previous, -1, _isPreviousCall ? -1 : 0);
            _position--;
        }
    }

    private void Step(uint address)
    {
        CallStack calls = CodeMap.IsUser(address) ? _user : _kernel;
        calls.Step(address);
        if (_marks.IsReport(address))
        {
            _reports++;
        }
        else if (_marks.IsRead(address))
        {
            Read(calls.Innermost);
        }

        int method = _map.IndexAt(address);
        _isPreviousCall = _map.IsStart(address) && !_map.IsThunk(address);
        _current.Add(method, 1, _isPreviousCall ? 1 : 0);
        _previous = method;
        _previousAddress = address;
        _position++;
    }

    private void Read(CallChain chain)
    {
        CallChain from = _reads.Count != 0 ? _reads[^1].Chain : default;
        if (!_between.TryGetValue((from, chain), out MethodCounts? counts))
        {
            counts = new MethodCounts(_map.Names.Count);
            _between.Add((from, chain), counts);
        }

        counts.Add(_current);
        _current.Clear();
        _reads.Add(new CounterRead(chain, _position));
    }
}
