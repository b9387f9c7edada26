using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;
using Kilburn.Kernel.Processes;

namespace Kilburn.Kernel.SelfTests;

/// <summary>The copy routines: they have the program's rights, bring its pages, and say how far they came.</summary>
internal static class UserMemoryTests
{
    private const int BufferBytes = 64;
    private const byte Pattern = 0x5A;

    private static VirtualAddress Range => new(0x0010_0000);

    internal static void CopiesSayHowFarTheyCame<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!TryEnter(in session, ref check, out VirtualAddress process))
        {
            return;
        }

        VirtualAddress behind = UserProgram.Data.Add(PageSize.Small);
        for (uint offset = 1; offset <= BufferBytes; offset++)
        {
            VirtualAddress start = new(behind.Value - offset);
            ExpectAll(in session, ref check, process, start, offset, FaultOutcome.NotMapped);
        }

        ExpectText(in session, ref check, process, new VirtualAddress(behind.Value - 4), 4, FaultOutcome.Resolved);
        ExpectText(in session, ref check, process, new VirtualAddress(behind.Value - 3), 3, FaultOutcome.NotMapped);
        ExpectText(in session, ref check, process, behind, 0, FaultOutcome.NotMapped);
        ExpectText(in session, ref check, process, new VirtualAddress(0xFFFF_FFFF), 0, FaultOutcome.Forbidden);
        Expect(in session, ref check, process, UserProgram.Code, 0, Way.To, FaultOutcome.Protection);
        Expect(in session, ref check, process, UserProgram.Code, 0, Way.Clear, FaultOutcome.Protection);
        Expect(in session, ref check, process, UserProgram.Code, BufferBytes, Way.From, FaultOutcome.Resolved);
        Leave(in session, ref check, process);
    }

    internal static void CopiesBringPages<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!TryEnter(in session, ref check, out VirtualAddress process))
        {
            return;
        }

        AddressSpace space = session.Machine.Data<ProcessBlock>(process).Space;
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = Range,
            LengthInBytes = 4 * PageSize.Small,
            Kind = RangeKind.Anonymous,
            Rights = UserRights.ReadWrite,
        };
        VmStatus status = space.TryMap(ref session.Machine.Inner, ref session.Memory.Frames, in request, out _);
        check.Succeeds(status, "map"u8);
        VirtualAddress across = Range.Add(PageSize.Small - (BufferBytes / 2));
        Expect(in session, ref check, process, across, BufferBytes, Way.To, FaultOutcome.Resolved);
        Expect(in session, ref check, process, across, BufferBytes, Way.From, FaultOutcome.Resolved);
        Expect(in session, ref check, process, across.Add(PageSize.Small + 1), BufferBytes, Way.From, FaultOutcome.Resolved);
        uint cleared = UserMemory.Clear(
            ref session.Machine.Inner, ref session.Board.Inner, space, Range.Add(1), (4 * PageSize.Small) - 1, out FaultOutcome outcome);
        check.Equal(cleared, (4 * PageSize.Small) - 1, "bytes cleared"u8);
        check.Equal((uint)outcome, (uint)FaultOutcome.Resolved, "the outcome"u8);
        Leave(in session, ref check, process);
    }

    internal static void CopiesRefuseKernelAddresses<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        if (!TryEnter(in session, ref check, out VirtualAddress process))
        {
            return;
        }

        VirtualAddress text = LinearMap.ToVirtual(session.Memory.Image.Text.Start);
        ExpectAll(in session, ref check, process, text, 0, FaultOutcome.Forbidden);
        ExpectAll(in session, ref check, process, process, 0, FaultOutcome.Forbidden);
        ExpectAll(in session, ref check, process, new VirtualAddress(0x8000_0000), 0, FaultOutcome.Forbidden);
        ExpectAll(in session, ref check, process, new VirtualAddress(0xFFFF_0000), 0, FaultOutcome.Forbidden);
        ExpectAll(in session, ref check, process, new VirtualAddress(0xFFFF_FFFF), 0, FaultOutcome.Forbidden);
        ExpectAll(in session, ref check, process, new VirtualAddress(0x7FFF_FFFF), 0, FaultOutcome.NotMapped);
        check.Equal(
            session.Machine.ReadRegister(SystemRegister.DomainAccessControl),
            DomainAccess.KernelOnly,
            "the user half's domain after copies"u8);
        Leave(in session, ref check, process);
    }

    // Three letters and, when four bytes are expected, a zero: as far as the space goes.
    private static void ExpectText<TInner, TBoard>(
        in Session<TInner, TBoard> session,
        ref Check check,
        VirtualAddress process,
        VirtualAddress start,
        uint bytes,
        FaultOutcome expected)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        AddressSpace space = session.Machine.Data<ProcessBlock>(process).Space;
        ReadOnlySpan<byte> text = "abc\0"u8.Slice(0, (int)bytes);
        uint written = UserMemory.Write(ref session.Machine.Inner, ref session.Board.Inner, space, start, text, out _);
        check.Equal(written, bytes, "bytes of a text"u8);
        Buffer buffer = default;
        Span<byte> span = MemoryMarshal.CreateSpan(ref Unsafe.As<Buffer, byte>(ref buffer), BufferBytes);
        uint came = UserMemory.ReadText(
            ref session.Machine.Inner, ref session.Board.Inner, space, start, span, out FaultOutcome outcome);
        check.Equal(came, bytes, "bytes of a text that came"u8);
        check.Equal((uint)outcome, (uint)expected, "why a text ended"u8);
    }

    private static bool TryEnter<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check, out VirtualAddress process)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        ArmCode code = default;
        if (!check.Has(UserProgram.TryMake(in session, in code, out process), "make a process"u8))
        {
            return false;
        }

        Scheduler.Activate(
            ref session.Machine.Inner, ref session.Board.Inner, ref session.Machine.Data<ProcessBlock>(process));
        return true;
    }

    private static void Leave<TInner, TBoard>(
        in Session<TInner, TBoard> session, ref Check check, VirtualAddress process)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        UserProgram.End(in session, process);
        check.That(session.Board.Processes.Cores[0].Active.Value == 0, "a space is current"u8);
    }

    private static void ExpectAll<TInner, TBoard>(
        in Session<TInner, TBoard> session,
        ref Check check,
        VirtualAddress process,
        VirtualAddress start,
        uint bytes,
        FaultOutcome outcome)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        outcome = bytes == BufferBytes ? FaultOutcome.Resolved : outcome;
        Expect(in session, ref check, process, start, bytes, Way.To, outcome);
        Expect(in session, ref check, process, start, bytes, Way.From, outcome);
        Expect(in session, ref check, process, start, bytes, Way.Clear, outcome);
    }

    private static void Expect<TInner, TBoard>(
        in Session<TInner, TBoard> session,
        ref Check check,
        VirtualAddress process,
        VirtualAddress start,
        uint bytes,
        Way way,
        FaultOutcome expected)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        AddressSpace space = session.Machine.Data<ProcessBlock>(process).Space;
        Buffer buffer = default;
        Span<byte> span = MemoryMarshal.CreateSpan(ref Unsafe.As<Buffer, byte>(ref buffer), BufferBytes);
        for (int index = 0; index < BufferBytes; index++)
        {
            span[index] = Pattern;
        }

        FaultOutcome outcome;
        uint done = way switch
        {
            Way.To => UserMemory.Write(ref session.Machine.Inner, ref session.Board.Inner, space, start, span, out outcome),
            Way.From => UserMemory.Read(ref session.Machine.Inner, ref session.Board.Inner, space, start, span, out outcome),
            _ => UserMemory.Clear(ref session.Machine.Inner, ref session.Board.Inner, space, start, BufferBytes, out outcome),
        };
        check.That(done == bytes, "bytes copied"u8, start.Value);
        check.That(outcome == expected, "why a copy ended"u8, (uint)outcome);
    }

    private enum Way
    {
        To,
        From,
        Clear,
    }

    [InlineArray(BufferBytes)]
    private struct Buffer
    {
        private byte _first;
    }
}
