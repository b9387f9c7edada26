using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Locks;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Kilburn.Kernel.Board;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.Processes;

/// <summary>The system calls that change the caller's space.</summary>
internal static class MemoryCalls
{
    private const MapFlags KnownFlags = MapFlags.RightsMask | MapFlags.KindMask | MapFlags.PlacementMask
        | MapFlags.Populate | MapFlags.GuardPagesMask;

    /// <summary>The calls that are made most: map, unmap, protect. None looks at the program's memory.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="thread">The thread; gets error and value.</param>
    /// <param name="call">Which.</param>
    [MethodImpl(MethodImplOptions.NoInlining)] // its registers would be saved for nothing where it is called
    internal static void Enter<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, SystemCall call)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        uint value = 0;
        SystemCallError error = SystemCallError.None;
        if (call == SystemCall.Unmap)
        {
            error = OfStatus(SpaceOf(ref machine, ref thread).TryUnmap(
                ref machine, ref board.Memory.Frames, RangeOf(ref thread)));
        }
        else if (call == SystemCall.Protect)
        {
            error = Protect(ref machine, ref board, ref thread);
        }
        else
        {
            MapFlags flags = (MapFlags)thread.Context.Registers[2];
            bool isFixed = (flags & ~MapFlags.RightsMask) == MapFlags.Fixed;
            if ((isFixed && thread.Context.Registers[0] != 0) || (flags & ~MapFlags.RightsMask) == MapFlags.None)
            {
                value = SpaceOf(ref machine, ref thread).MapUsual(
                    ref machine,
                    isFixed ? thread.Context.Registers[0] : 0,
                    thread.Context.Registers[1],
                    RightsOf(flags));
            }

            if (value == 0)
            {
                error = Map(ref machine, ref board, ref thread, out value);
            }
        }

        CallGate.Finish(ref thread, error, value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SystemCallError Map<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, out uint value)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        value = 0;
        MapFlags flags = (MapFlags)thread.Context.Registers[2];
        MapFlags kind = flags & MapFlags.KindMask;
        if ((flags & ~KnownFlags) != 0 || kind > MapFlags.SharedObject)
        {
            return SystemCallError.BadArgument;
        }

        RangeRequest request = default;
        request.Address = new VirtualAddress(thread.Context.Registers[0]);
        request.LengthInBytes = thread.Context.Registers[1];
        request.Placement = (RangePlacement)((uint)(flags & MapFlags.PlacementMask) >> MapFlagShift.Placement);
        request.Kind = KindOf(kind);
        request.Rights = RightsOf(flags);
        request.Population = (flags & MapFlags.Populate) != 0 ? RangePopulation.AtOnce : RangePopulation.OnDemand;
        request.GuardInBytes = ((uint)flags >> MapFlagShift.GuardPages) << PageSize.SmallShift;
        if (kind == MapFlags.SharedAnonymous)
        {
            return MapNewObject(ref machine, ref board, ref thread, ref request, out value);
        }

        if (kind is not (MapFlags.SharedObject or MapFlags.PrivateObject))
        {
            return TryMap(ref machine, ref board, ref thread, in request, out value);
        }

        // Until it is mapped, only the handle keeps the object.
        ref ProcessSystem system = ref board.Processes;
        system.Lock.Acquire(ref machine, LockRank.Processes);
        SystemCallError error = MapHandle(ref machine, ref board, ref thread, kind, ref request, out value);
        system.Lock.Release(ref machine, LockRank.Processes);
        return error;
    }

    private static SystemCallError MapHandle<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, MapFlags kind, ref RangeRequest request, out uint value)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        value = 0;
        ref ProcessBlock process = ref machine.Data<ProcessBlock>(thread.Process);
        uint handle = thread.Context.Registers[3];
        if (!ProcessHandles.TryGet(ref process, handle, out request.Object))
        {
            return SystemCallError.NoSuchObject;
        }

        // A file's pages are the boot image's: what is written is the writer's own.
        bool isKept = kind == MapFlags.SharedObject
            && ProcessHandles.At(ref process, handle).Role == HandleRole.Reader;
        if (isKept && (request.Rights & UserRights.Write) != 0)
        {
            return SystemCallError.RightsRefused;
        }

        request.ObjectOffset = thread.Context.Registers[4];
        request.MoreRights = isKept ? UserRights.ReadExecute : UserRights.All;
        return TryMap(ref machine, ref board, ref thread, in request, out value);
    }

    internal static SystemCallError Move<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, out uint value)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        value = 0;
        VirtualRange range = RangeOf(ref thread);
        uint newLength = thread.Context.Registers[2];
        MapFlags flags = (MapFlags)thread.Context.Registers[3];
        VirtualAddress address = new(thread.Context.Registers[4]);
        bool stays = flags == MapFlags.Fixed && address == range.Start;
        bool isResized = newLength != range.LengthInBytes;
        if ((flags & ~MapFlags.PlacementMask) != 0 || (isResized && flags != MapFlags.None && !stays))
        {
            return SystemCallError.BadArgument;
        }

        AddressSpace space = SpaceOf(ref machine, ref thread);
        VmStatus status = isResized
            ? space.TryResize(
                ref machine, ref board.Memory.Frames, range, newLength,
                stays ? RangeStaying.InPlace : RangeStaying.MayMove, out VirtualAddress start)
            : space.TryMove(
                ref machine, ref board.Memory.Frames, range,
                (RangePlacement)((uint)flags >> MapFlagShift.Placement), address, out start);
        value = start.Value;
        return CallErrors.Of(status);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static SystemCallError Protect<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        MapFlags rights = (MapFlags)thread.Context.Registers[2];
        return (rights & ~MapFlags.RightsMask) != 0
            ? SystemCallError.BadArgument
            : OfStatus(SpaceOf(ref machine, ref thread).TryProtect(
                ref machine, ref board.Memory.Frames, RangeOf(ref thread), RightsOf(rights)));
    }

    internal static SystemCallError Advise<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        MemoryAdvice advice = (MemoryAdvice)thread.Context.Registers[2];
        return advice > MemoryAdvice.Age
            ? SystemCallError.BadArgument
            : CallErrors.Of(SpaceOf(ref machine, ref thread).TryAdvise(
                ref machine, ref board.Memory.Frames, RangeOf(ref thread), (RangeAdvice)advice));
    }

    private static RangeKind KindOf(MapFlags kind) => kind switch
    {
        MapFlags.None => RangeKind.Anonymous,
        MapFlags.Guard => RangeKind.Guard,
        MapFlags.PrivateObject => RangeKind.Private,
        _ => RangeKind.Shared,
    };

    // Zeroes that clones share are an object that only mappings know.
    private static SystemCallError MapNewObject<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, ref RangeRequest request, out uint value)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        value = 0;
        VmStatus status = board.Memory.Spaces.Objects.TryCreate(
            ref machine, ref board.Memory.Frames, request.LengthInBytes, ObjectKind.Anonymous, out request.Object);
        if (status != VmStatus.Ok)
        {
            return CallErrors.Of(status);
        }

        MemoryObject memory = request.Object;
        request.MoreRights = UserRights.All;
        SystemCallError error = TryMap(ref machine, ref board, ref thread, in request, out value);
        board.Memory.Spaces.Objects.Close(ref machine, ref board.Memory.Frames, memory);
        return error;
    }

    private static SystemCallError TryMap<TMachine, TBoard>(
        ref TMachine machine, ref TBoard board, ref ThreadBlock thread, in RangeRequest request, out uint value)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = SpaceOf(ref machine, ref thread).TryMap(
            ref machine, ref board.Memory.Frames, in request, out VirtualAddress start);
        value = start.Value;
        return CallErrors.Of(status);
    }

    private static AddressSpace SpaceOf<TMachine>(ref TMachine machine, ref ThreadBlock thread)
        where TMachine : struct, IMachine => machine.Data<ProcessBlock>(thread.Process).Space;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VirtualRange RangeOf(ref ThreadBlock thread) =>
        new(new VirtualAddress(thread.Context.Registers[0]), thread.Context.Registers[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // nearly always there is nothing to tell
    private static SystemCallError OfStatus(VmStatus status) =>
        status == VmStatus.Ok ? SystemCallError.None : CallErrors.Of(status);

    private static UserRights RightsOf(MapFlags flags) => (UserRights)(flags & MapFlags.RightsMask);
}
