using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Bench.Where;

namespace Kilburn.Bench.Boot;

/// <summary>Instructions of start-up by step, from the log of all of them.</summary>
/// <remarks>
/// A step of core 0 begins where a method is entered. What other cores do, and what is printed, are steps of their own, whenever it happens.
/// </remarks>
internal sealed class BootRecorder
{
    // The method that each begins with, in the order of the boot. The text of a step is asked for when it is done.
    private static readonly (string Method, string Name)[] s_steps =
    [
        ("", "assembly: caches, first tables, MMU"),
        ("kernel_main", "board: devices for the start, size of memory"),
        ("VirtualMemory.TryStart", "all memory in the linear map"),
        ("StartReporter.TextOf", "identity map removed, and proven gone"),
        ("StartReporter.TextOf", "vectors"),
        ("StartReporter.TextOf", "protection of text and constants"),
        ("StartReporter.TextOf", "frame allocator"),
        ("StartReporter.TextOf", "kernel heap and MMIO window"),
        ("StartReporter.TextOf", "user table pointer cleared"),
        ("StartReporter.TextOf", "board: devices in the MMIO window"),
        ("SecondaryCores.Start", "other cores called"),
        ("PiBoard.PrepareCore", "timer"),
        ("CommandLine.Run", "processes, monitor, up to the first command"),
        ("BenchmarkSuite.Run", ""),
    ];

    private static readonly string[] s_consoleTypes = ["BoardText.", "ConsoleLines.", "Uart.", "StartReporter."];

    private readonly CodeMap _map;
    private readonly HashSet<uint>[] _starts;
    private readonly bool[] _isConsole;
    private readonly BootStep[] _steps;
    private readonly BootStep _console;
    private readonly BootStep _otherCores;
    private int _current;

    /// <summary>A recorder at the reset.</summary>
    /// <param name="map">Of the kernel.</param>
    /// <param name="symbols">The same.</param>
    /// <exception cref="BenchException">A method that a step begins with is not there.</exception>
    internal BootRecorder(CodeMap map, IReadOnlyList<CodeSymbol> symbols)
    {
        _map = map;
        _starts = [.. s_steps.Select(step => symbols
            .Where(symbol => symbol.Name == step.Method || MethodName.Of(symbol.Name) == step.Method)
            .Select(symbol => symbol.Address)
            .ToHashSet())];
        int missing = Array.FindIndex(_starts, 1, starts => starts.Count == 0);
        if (missing > 0)
        {
            throw new BenchException($"no function {s_steps[missing].Method}: the steps of the boot cannot be told apart");
        }

        _isConsole = [.. map.Names.Select(name => s_consoleTypes.Any(name.StartsWith))];
        _steps = [.. s_steps[..^1].Select(step => Make(step.Name))];
        _console = Make("console output");
        _otherCores = Make("cores 1 to 3");
    }

    /// <summary>True once the first command runs.</summary>
    internal bool IsDone => _current == _steps.Length;

    /// <summary>The steps, in their order.</summary>
    internal IReadOnlyList<BootStep> Steps => [.. _steps, _console, _otherCores];

    /// <summary>Takes a line of the log; the kernel's addresses are those of the linear map throughout.</summary>
    /// <param name="line">The next one.</param>
    internal void Add(LogLine line)
    {
        if (IsDone || line.Kind != LogLineKind.Run)
        {
            return;
        }

        int method = _map.IndexAt(line.Address);
        if (line.Core != 0)
        {
            _otherCores.Counts.Add(method, 1, 0);
            return;
        }

        if (_starts[_current + 1].Contains(line.Address) && ++_current == _steps.Length)
        {
            return;
        }

        (_isConsole[method] ? _console : _steps[_current]).Counts.Add(method, 1, _map.IsStart(line.Address) ? 1 : 0);
    }

    private BootStep Make(string name) => new(name, new MethodCounts(_map.Names.Count));
}
