using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary>Prints virtual memory part by part, from the bottom up.</summary>
/// <remarks>A part of equal rights is one line; its unmapped pages are counted. A part of mixed rights has a line for each run.</remarks>
/// <param name="session">What it works on.</param>
/// <param name="context">The registers to walk with.</param>
/// <param name="start">First byte of the first part.</param>
public ref struct RegionWriter<TInner, TBoard>(
    in Session<TInner, TBoard> session, in TranslationContext context, VirtualAddress start)
    where TInner : struct, IMachine
    where TBoard : struct, IBoard
{
    private const int SizeWidth = 8;
    private const int AttributesWidth = 27;

    private readonly ref TracingMachine<TInner, ListeningBoard<TBoard>> _machine = ref session.Machine;
    private readonly ref ListeningBoard<TBoard> _board = ref session.Board;
    private readonly TranslationContext _context = context;
    private readonly RemapRegisters _remap = RemapRegisters.Read(ref session.Machine);
    private VirtualAddress _next = start;

    /// <summary>Prints the part up to an address. Prints nothing of an empty part.</summary>
    /// <param name="end">One past its last byte; not below the end of the part before.</param>
    /// <param name="name">What it is.</param>
    public void WriteTo(VirtualAddress end, ReadOnlySpan<byte> name)
    {
        VirtualRange range = VirtualRange.Between(_next, end);
        _next = end;
        if (range.LengthInBytes == 0)
        {
            return;
        }

        Survey(range, out MappingRun first, out uint mappedInBytes, out Uniformity uniformity);
        if (mappedInBytes == 0)
        {
            WriteStart(range.Start, range.LengthInBytes);
            _board.WriteLeft("            not mapped"u8, AttributesWidth + 14);
            _board.WriteLine(name);
        }
        else if (uniformity == Uniformity.Mixed)
        {
            WriteRuns(range, name);
        }
        else
        {
            WriteUniform(range, in first, mappedInBytes, uniformity, name);
        }
    }

    /// <summary>Prints the part up to an address as its runs, whatever their rights.</summary>
    /// <param name="end">One past its last byte; not below the end of the part before.</param>
    /// <param name="name">What each run is.</param>
    public void WriteRunsTo(VirtualAddress end, ReadOnlySpan<byte> name)
    {
        VirtualRange range = VirtualRange.Between(_next, end);
        _next = end;
        WriteRuns(range, name);
    }

    private void WriteUniform(
        VirtualRange range, in MappingRun first, uint mappedInBytes, Uniformity uniformity, ReadOnlySpan<byte> name)
    {
        bool isLinear = uniformity == Uniformity.Linear;
        uint unmapped = isLinear ? range.LengthInBytes - mappedInBytes : 0;
        WriteStart(range.Start, isLinear ? range.LengthInBytes : mappedInBytes);
        if (isLinear)
        {
            _board.WriteHex(first.Physical.Value);
        }
        else
        {
            _board.Write("scattered "u8);
        }

        WriteRights(in first);
        _board.Write(name);
        if (unmapped != 0)
        {
            _board.Write(", "u8);
            _board.WriteSize(unmapped, 0);
            _board.Write(" not mapped"u8);
        }

        _board.EndLine();
    }

    private void WriteRuns(VirtualRange range, ReadOnlySpan<byte> name)
    {
        MappingRuns runs = new(in _context, range);
        while (runs.TryNext(ref _machine, out MappingRun run))
        {
            WriteStart(run.Start, run.LengthInBytes);
            _board.WriteHex(run.Physical.Value);
            WriteRights(in run);
            _board.WriteLine(name);
        }
    }

    private void Survey(VirtualRange range, out MappingRun first, out uint mappedInBytes, out Uniformity uniformity)
    {
        MappingRuns runs = new(in _context, range);
        uniformity = Uniformity.Linear;
        mappedInBytes = 0;
        first = default;
        while (runs.TryNext(ref _machine, out MappingRun run))
        {
            if (mappedInBytes == 0)
            {
                first = run;
            }
            else if (!run.First.HasAttributesOf(first.First))
            {
                uniformity = Uniformity.Mixed;
            }
            else if (uniformity == Uniformity.Linear
                && run.Physical != first.Physical.Add(run.Start.Value - first.Start.Value))
            {
                uniformity = Uniformity.Scattered;
            }

            mappedInBytes += run.LengthInBytes;
        }
    }

    private void WriteStart(VirtualAddress start, uint lengthInBytes)
    {
        _board.Write("  "u8);
        _board.WriteHex(start.Value);
        _board.WriteSize(lengthInBytes, SizeWidth + 1);
        _board.Write("  "u8);
    }

    private void WriteRights(in MappingRun run)
    {
        _board.Write("  "u8);
        Mapping mapping = run.First;
        int written = _board.WriteAttributes(in _remap, in mapping);
        _board.Pad(AttributesWidth + 2 - written);
    }

    private enum Uniformity
    {
        /// <summary>Equal rights, and memory that follows itself.</summary>
        Linear,

        /// <summary>Equal rights, memory from anywhere.</summary>
        Scattered,

        /// <summary>Rights differ.</summary>
        Mixed,
    }
}
