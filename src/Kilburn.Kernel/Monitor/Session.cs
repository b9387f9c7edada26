using Kilburn.Core;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Monitor;

/// <summary>What a command works on.</summary>
/// <param name="machine">The machine of the calling core: one that can say its steps.</param>
/// <param name="state">The monitor's own memory.</param>
public readonly ref struct Session<TInner, TBoard>(
    ref TracingMachine<TInner, ListeningBoard<TBoard>> machine, ref MonitorState state)
    where TInner : struct, IMachine
    where TBoard : struct, IBoard
{
    /// <summary>The machine.</summary>
    public readonly ref TracingMachine<TInner, ListeningBoard<TBoard>> Machine = ref machine;

    /// <summary>The console, and the provoked faults.</summary>
    public readonly ref ListeningBoard<TBoard> Board = ref machine.Board;

    /// <summary>The virtual memory system.</summary>
    public readonly ref VirtualMemory Memory = ref machine.Board.Memory;

    /// <summary>The monitor's own memory.</summary>
    public readonly ref MonitorState State = ref state;
}
