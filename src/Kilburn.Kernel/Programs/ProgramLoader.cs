using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;

namespace Kilburn.Kernel.Programs;

/// <summary>Puts a program into a space.</summary>
public static class ProgramLoader
{
    private const uint StackAlignment = 8;
    private const uint WordBytes = 4;
    private const uint WordMask = WordBytes - 1;
    private const int BitsPerByte = 8;

    /// <summary>Loads a program, its stack and its arguments.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="frames">Gives frames and tables.</param>
    /// <param name="space">A new space: empty, active nowhere.</param>
    /// <param name="program">The program. Segments may not touch the stack.</param>
    /// <param name="arguments">ASCII, at most <see cref="ProgramLayout.LongestArguments"/>.</param>
    /// <param name="loaded">What its first thread begins with; default on failure.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with the space empty again, <see cref="VmStatus.OutOfRange"/> (arguments too long),
    /// <see cref="VmStatus.Occupied"/> (a segment is where the stack goes), <see cref="VmStatus.LimitReached"/>, <see cref="VmStatus.OutOfFrames"/>.
    /// </returns>
    /// <remarks>
    /// Pages with bytes of the file get their frames now, written through the linear map while nobody can run them; rights are taken away, and
    /// code is published, after that. Zeroes behind them come with the first touch, but for those of segments that cannot be written.
    /// </remarks>
    public static VmStatus TryLoad<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        AddressSpace space,
        scoped in ElfProgram program,
        scoped ReadOnlySpan<byte> arguments,
        out LoadedProgram loaded)
        where TMachine : struct, IMachine
    {
        loaded = default;
        if ((uint)arguments.Length > ProgramLayout.LongestArguments)
        {
            return VmStatus.OutOfRange;
        }

        VmStatus status = VmStatus.Ok;
        for (int index = 0; index < program.SegmentCount && status == VmStatus.Ok; index++)
        {
            status = TryLoadSegment(ref machine, ref frames, space, program.File, program.GetSegment(index));
        }

        status = status == VmStatus.Ok ? TryMakeStack(ref machine, ref frames, space, arguments, ref loaded) : status;
        if (status != VmStatus.Ok)
        {
            // All that there is goes, so that nothing falls into parts, and no table is needed.
            _ = space.TryUnmap(ref machine, ref frames, new VirtualRange(default, AddressSpace.EndValue));
            return status;
        }

        loaded.Entry = program.Entry;
        return VmStatus.Ok;
    }

    private static VmStatus TryLoadSegment<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        AddressSpace space,
        ReadOnlySpan<byte> file,
        ElfSegment segment)
        where TMachine : struct, IMachine
    {
        VirtualRange pages = segment.Pages;
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = pages.Start,
            LengthInBytes = pages.LengthInBytes,
            Kind = RangeKind.Anonymous,
            Rights = UserRights.ReadWrite,
        };
        VmStatus status = space.TryMap(ref machine, ref frames, in request, out _);
        if (status == VmStatus.Ok && segment.FileLengthInBytes != 0)
        {
            status = space.TryAdvise(ref machine, ref frames, segment.FilePages, RangeAdvice.Need);
        }

        if (status != VmStatus.Ok)
        {
            return status;
        }

        Write(ref machine, space, segment.Start, file.Slice((int)segment.FileOffset, (int)segment.FileLengthInBytes));
        return segment.Rights == UserRights.ReadWrite
            ? VmStatus.Ok
            : space.TryProtect(ref machine, ref frames, pages, segment.Rights);
    }

    private static VmStatus TryMakeStack<TMachine>(
        ref TMachine machine,
        ref FrameAllocator frames,
        AddressSpace space,
        ReadOnlySpan<byte> arguments,
        ref LoadedProgram loaded)
        where TMachine : struct, IMachine
    {
        RangeRequest request = new()
        {
            Placement = RangePlacement.Fixed,
            Address = ProgramLayout.Stack,
            LengthInBytes = ProgramLayout.StackBytes,
            Kind = RangeKind.Anonymous,
            Rights = UserRights.ReadWrite,
            GuardInBytes = ProgramLayout.StackGuardBytes,
        };
        VmStatus status = space.TryMap(ref machine, ref frames, in request, out _);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        VirtualAddress top = ProgramLayout.StackTop;
        VirtualRange topPage = VirtualRange.Between(new VirtualAddress(top.Value - PageSize.Small), top);
        status = space.TryAdvise(ref machine, ref frames, topPage, RangeAdvice.Need);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        VirtualAddress start = new VirtualAddress(top.Value - (uint)arguments.Length).AlignDown(StackAlignment);
        Write(ref machine, space, start, arguments);
        loaded.StackPointer = start;
        loaded.Arguments = start;
        loaded.ArgumentsLengthInBytes = (uint)arguments.Length;
        return VmStatus.Ok;
    }

    // The pages are there.
    private static void Write<TMachine>(
        ref TMachine machine, AddressSpace space, VirtualAddress start, ReadOnlySpan<byte> bytes)
        where TMachine : struct, IMachine
    {
        int done = 0;
        while (done < bytes.Length)
        {
            VirtualAddress next = start.Add((uint)done);
            uint restOfPage = PageSize.Small - (next.Value & PageSize.SmallMask);
            int length = bytes.Length - done < (int)restOfPage ? bytes.Length - done : (int)restOfPage;
            _ = space.TryTranslate(ref machine, next, out TableWalk walk);
            WriteBytes(ref machine, walk.Physical, bytes.Slice(done, length));
            done += length;
        }
    }

    private static void WriteBytes<TMachine>(ref TMachine machine, PhysicalAddress start, ReadOnlySpan<byte> bytes)
        where TMachine : struct, IMachine
    {
        uint done = 0;
        uint length = (uint)bytes.Length;
        while (done < length)
        {
            PhysicalAddress next = start.Add(done);
            if (next.IsAligned(WordBytes) && length - done > WordMask)
            {
                machine.Data<uint>(next) = WordAt(bytes, (int)done);
                done += WordBytes;
            }
            else
            {
                machine.Data<byte>(next) = bytes[(int)done];
                done++;
            }
        }
    }

    private static uint WordAt(ReadOnlySpan<byte> bytes, int offset) =>
        bytes[offset]
        | ((uint)bytes[offset + 1] << BitsPerByte)
        | ((uint)bytes[offset + 2] << (2 * BitsPerByte))
        | ((uint)bytes[offset + 3] << (3 * BitsPerByte));
}
