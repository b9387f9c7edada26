using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>The system call that tells counts.</summary>
internal static class StatisticsCall
{
    internal static SystemCallError Read<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, out uint value)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        value = 0;
        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        switch ((StatisticsKind)thread.Context.Registers[0])
        {
            case StatisticsKind.Space:
                SpaceStatistics space = OfSpace(ref machine, process.Space);
                return Give(ref machine, ref board, ref thread, ref space, out value);
            case StatisticsKind.Memory:
                board.Memory.Frames.GetStatistics(ref machine, out FrameStatistics frames);
                MemoryStatistics memory = default;
                memory.TotalPages = frames.ManagedFrames;
                memory.FreePages = frames.FreeFrames;
                return Give(ref machine, ref board, ref thread, ref memory, out value);
            case StatisticsKind.Process:
                ProcessStatistics own = default;
                own.Process = process.Id;
                own.Parent = process.Parent;
                own.Thread = thread.Id;
                own.LiveThreads = process.LiveThreads;
                own.Preemptions = thread.Preemptions;
                own.Core = machine.CoreIndex;
                own.Asid = AsidWord.AsidOf(machine.ReadRegister(SystemRegister.ContextId)).Value;
                return Give(ref machine, ref board, ref thread, ref own, out value);
            default:
                return SystemCallError.BadArgument;
        }
    }

    private static SpaceStatistics OfSpace<TMachine>(ref TMachine machine, AddressSpace space)
        where TMachine : struct, IMachine
    {
        space.ReadCounters(ref machine, out SpaceCounters counters);
        SpaceStatistics statistics = default;
        statistics.ReservedPages = counters.ReservedPages;
        statistics.ResidentPages = counters.ResidentPages;
        statistics.Tables = counters.Tables;
        statistics.ZeroFills = counters.ZeroFills;
        statistics.ZeroReads = counters.ZeroReads;
        statistics.Copies = counters.Copies;
        statistics.Reuses = counters.Reuses;
        statistics.Spurious = counters.Spurious;
        statistics.Refused = counters.Refused;
        statistics.SharedTables = counters.SharedTables;
        statistics.ObjectFills = counters.ObjectFills;
        statistics.Neighbours = counters.Neighbours;
        statistics.Uses = counters.Uses;
        return statistics;
    }

    // As much as the program has room for: a record may grow at its end.
    private static SystemCallError Give<T, TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, ref T record, out uint value)
        where T : unmanaged
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint room = thread.Context.Registers[2];
        uint length = (uint)Unsafe.SizeOf<T>();
        length = room < length ? room : length;
        ReadOnlySpan<byte> bytes =
            MemoryMarshal.CreateReadOnlySpan(in Unsafe.As<T, byte>(ref record), (int)length);
        uint written = UserMemory.Write(
            ref machine,
            ref board,
            machine.Data<ProcessBlock>(thread.Process).Space,
            new VirtualAddress(thread.Context.Registers[1]),
            bytes,
            out FaultOutcome _);
        value = written == length ? length : 0;
        return written == length ? SystemCallError.None : SystemCallError.BadAddress;
    }
}
