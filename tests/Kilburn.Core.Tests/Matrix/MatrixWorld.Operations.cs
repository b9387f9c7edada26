using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Kilburn.Core.Tests.Frames;
using Kilburn.Model.Checking;
using Kilburn.Model.Translation;

namespace Kilburn.Core.Tests.Matrix;

// The operations.
internal sealed partial class MatrixWorld<TProfile>
{
    private const int PagesAtOnce = 4; // more than a core keeps at hand
    private const uint SmallBlock = 200;
    private const uint LargeBlock = 6000;
    private const int Attempts = 32;

    /// <summary>Does an operation.</summary>
    /// <returns>Its <see cref="VmStatus"/> or, of an access, its <see cref="FaultOutcome"/>.</returns>
    public Enum Do(Operation operation, int core, int place)
    {
        uint start = AddressOf(place);
        return operation switch
        {
            Operation.MapRange => TryMap(start, _placeLength, RangeKind.Anonymous, default, RangePlacement.Fixed, default, core, out _),
            Operation.MapInsteadAtOnce => TryMap(
                start, _placeLength, RangeKind.Anonymous, default, RangePlacement.Replacing, RangePopulation.AtOnce, core, out _),
            Operation.MapAnywhere => MapAnywhere(core),
            Operation.Unmap => _space.TryUnmap(ref _system.Cores[core], ref _system.Memory.Frames, RangeOf(place)),
            Operation.Protect => _space.TryProtect(
                ref _system.Cores[core], ref _system.Memory.Frames, RangeOf(place), UserRights.Read),
            Operation.AdviseNeed => Advise(place, RangeAdvice.Need, core),
            Operation.AdviseDiscard => Advise(place, RangeAdvice.Discard, core),
            Operation.AdviseAge => Advise(place, RangeAdvice.Age, core),
            Operation.Move => Move(place, core),
            Operation.MoveHere => _space.TryMove(
                ref _system.Cores[core],
                ref _system.Memory.Frames,
                new VirtualRange(new VirtualAddress(SideOf(core)), _placeLength),
                RangePlacement.Fixed,
                new VirtualAddress(start),
                out _),
            Operation.Grow => Resize(place, 2 * _placeLength, core),
            Operation.GrowElsewhere => Resize(place, _lengthElsewhere, core),
            Operation.Shrink => Resize(place, Page, core),
            Operation.MapPage => _space.TryMapNewPage(
                ref _system.Cores[core],
                ref _system.Memory.Frames,
                new VirtualAddress(start),
                AccessPermission.ReadWrite,
                Execution.Never,
                out _),
            Operation.UnmapPage => _space.TryUnmapPage(
                ref _system.Cores[core], ref _system.Memory.Frames, new VirtualAddress(start)),
            Operation.MapObject => TryMap(
                start, _placeLength, RangeKind.Shared, ObjectOf(place), RangePlacement.Fixed, default, core, out _),
            Operation.MapCopyOfObject => TryMap(
                start, _placeLength, RangeKind.Private, ObjectOf(place), RangePlacement.Fixed, default, core, out _),
            Operation.CutObject => ResizeObject(place, Page, core),
            Operation.LengthenObject => ResizeObject(place, _placeLength + Page, core),
            Operation.FirstWrite or Operation.WriteAfterClone or Operation.WriteObject or Operation.WriteCopyOfObject =>
                Write(start, WrittenWord + (uint)core, core),
            Operation.FirstRead => Read(start, core, out _),
            Operation.CloneSpace => Clone(core, core),
            Operation.DestroyClone => DestroyClone(core),
            Operation.CreateSpace => Create(core),
            Operation.Query => Query(start, core),
            Operation.Switch => Switch(core, 1),
            Operation.RollOver => Switch(core, s_otherSpaces),
            Operation.Leave => LeaveAndReturn(core),
            Operation.TakePages => TakeFrames(FrameUse.Page, PagesAtOnce, core),
            Operation.FreePages => FreeFrames(FrameUse.Page, PagesAtOnce, core),
            Operation.TakeSecondLevelTable => TakeFrames(FrameUse.SecondLevelTable, 1, core),
            Operation.FreeSecondLevelTable => FreeFrames(FrameUse.SecondLevelTable, 1, core),
            Operation.TakeFirstLevelTable => TakeFrames(FrameUse.FirstLevelTable, 1, core),
            Operation.FreeFirstLevelTable => FreeFrames(FrameUse.FirstLevelTable, 1, core),
            Operation.TakeBlock => TakeFrames(FrameUse.LargeBlock, 1, core),
            Operation.FreeBlock => FreeFrames(FrameUse.LargeBlock, 1, core),
            Operation.HeapAllocate => AllocateBlocks(core),
            Operation.HeapFree => FreeBlocks(core),
            _ => ResizeBlocks(core),
        };
    }

    private VirtualRange RangeOf(int place) => new(new VirtualAddress(AddressOf(place)), _placeLength);

    // Made by who prepares: to make one is no operation of the matrix.
    private MemoryObject ObjectOf(int place)
    {
        if (_objects[place].Page == default)
        {
            Require(_system.Memory.Spaces.Objects.TryCreate(
                ref _system.Cores[0], ref _system.Memory.Frames, _placeLength, ObjectKind.Anonymous, out _objects[place]));
        }

        return _objects[place];
    }

    private VmStatus TryMap(
        uint address,
        uint lengthInBytes,
        RangeKind kind,
        MemoryObject memory,
        RangePlacement placement,
        RangePopulation population,
        int core,
        out uint start)
    {
        RangeRequest request = new()
        {
            Placement = placement,
            Address = new VirtualAddress(address),
            LengthInBytes = lengthInBytes,
            Kind = kind,
            Rights = UserRights.ReadWrite,
            Population = population,
            Object = memory,
        };
        VmStatus status = _space.TryMap(ref _system.Cores[core], ref _system.Memory.Frames, in request, out VirtualAddress place);
        start = place.Value;
        return status;
    }

    private VmStatus MapAnywhere(int core)
    {
        VmStatus status = TryMap(
            0, _placeLength, RangeKind.Anonymous, default, RangePlacement.Anywhere, RangePopulation.OnDemand, core, out uint start);
        NoteChosen(status, start, _placeLength);
        return status;
    }

    private VmStatus Advise(int place, RangeAdvice advice, int core) =>
        _space.TryAdvise(ref _system.Cores[core], ref _system.Memory.Frames, RangeOf(place), advice);

    private VmStatus Move(int place, int core)
    {
        VmStatus status = _space.TryMove(
            ref _system.Cores[core],
            ref _system.Memory.Frames,
            RangeOf(place),
            RangePlacement.Anywhere,
            default,
            out VirtualAddress start);
        NoteChosen(status, start.Value, _placeLength);
        _wentTo[core] = start.Value;

        return status;
    }

    private VmStatus Resize(int place, uint lengthInBytes, int core)
    {
        VmStatus status = _space.TryResize(
            ref _system.Cores[core],
            ref _system.Memory.Frames,
            RangeOf(place),
            lengthInBytes,
            RangeStaying.MayMove,
            out VirtualAddress start);
        if (start.Value != AddressOf(place))
        {
            NoteChosen(status, start.Value, lengthInBytes);
        }

        if (lengthInBytes > _placeLength)
        {
            _wentTo[core] = start.Value;
        }

        return status;
    }

    private void NoteChosen(VmStatus status, uint start, uint lengthInBytes)
    {
        if (status == VmStatus.Ok)
        {
            _chosen.Add((start, lengthInBytes));
        }
    }

    // An object that nobody has made yet is nobody's to change.
    private VmStatus ResizeObject(int place, uint lengthInBytes, int core) => _objects[place].Page == default
        ? VmStatus.Ok
        : _system.Memory.Spaces.Objects.TryResize(
            ref _system.Cores[core], ref _system.Memory.Frames, _objects[place], lengthInBytes);

    private VmStatus Clone(int owner, int core)
    {
        VmStatus status = _system.Memory.Spaces.TryClone(
            ref _system.Cores[core], ref _system.Memory.Frames, _space, out AddressSpace clone);
        if (status == VmStatus.Ok)
        {
            _clones[owner].Add(clone);
        }

        return status;
    }

    private VmStatus DestroyClone(int core) => DestroyLast(_clones[core], core);

    private VmStatus DestroyLast(List<AddressSpace> spaces, int core)
    {
        if (spaces.Count == 0)
        {
            return VmStatus.NoSuchSpace;
        }

        VmStatus status = _system.TryDestroy(spaces[^1], core);
        if (status == VmStatus.Ok)
        {
            spaces.RemoveAt(spaces.Count - 1);
        }

        return status;
    }

    private VmStatus Create(int core)
    {
        VmStatus status = _system.Memory.Spaces.TryCreate(
            ref _system.Cores[core], ref _system.Memory.Frames, out AddressSpace space);
        if (status == VmStatus.Ok)
        {
            _created[core].Add(space);
        }

        return status;
    }

    private VmStatus Query(uint address, int core)
    {
        VmStatus status = _space.TryQuery(ref _system.Cores[core], new VirtualAddress(address), out _);
        return status != VmStatus.Ok
            ? status
            : _space.TryTranslate(ref _system.Cores[core], new VirtualAddress(address), out TableWalk _);
    }

    // To other spaces, each of which is looked at, and back.
    private VmStatus Switch(int core, int spaceCount)
    {
        for (int index = 0; index < spaceCount; index++)
        {
            int other = (core + index) % s_otherSpaces;
            VmStatus status = _system.Memory.Spaces.TryActivate(ref _system.Cores[core], _others[other]);
            if (status != VmStatus.Ok)
            {
                return status;
            }

            uint word = _system.Read(_ownPages, core);
            Require(word == (uint)other + 1, $"core {core} finds 0x{word:X8} in space {other}");
        }

        return _system.Memory.Spaces.TryActivate(ref _system.Cores[core], _space);
    }

    private VmStatus LeaveAndReturn(int core)
    {
        _system.Leave(core);
        Require(_system.FaultOf(OwnPageOf(core), core) != FaultCode.None, $"core {core} runs no space, and reads its page");
        return _system.Memory.Spaces.TryActivate(ref _system.Cores[core], _space);
    }

    private VmStatus TakeFrames(FrameUse use, int count, int core)
    {
        for (int index = 0; index < count; index++)
        {
            VmStatus status = _system.Memory.Frames.Allocate(
                ref _system.Cores[core], use, out uint address, use == FrameUse.Page ? FrameContents.Zeroed : FrameContents.AsLeft);
            if (status != VmStatus.Ok)
            {
                return status;
            }

            Require(
                !_frames.SelectMany(frames => frames).Any(frame => frame.Use == use && frame.Address == address),
                $"core {core} is given {use} 0x{address:X8}, which another has");
            _frames[core].Add((use, address));
        }

        return VmStatus.Ok;
    }

    private VmStatus FreeFrames(FrameUse use, int count, int core)
    {
        VmStatus status = VmStatus.Ok;
        for (int index = 0; index < count && status == VmStatus.Ok; index++)
        {
            status = FreeFrame(use, core);
        }

        return status;
    }

    private VmStatus FreeFrame(FrameUse use, int core)
    {
        int index = _frames[core].FindLastIndex(frame => frame.Use == use);
        if (index < 0)
        {
            return VmStatus.NotMapped;
        }

        // Another core may have it before this call returns.
        uint address = _frames[core][index].Address;
        _frames[core].RemoveAt(index);
        return _system.Memory.Frames.Free(ref _system.Cores[core], use, address);
    }

    private VmStatus AllocateBlocks(int core)
    {
        foreach (uint length in (uint[])[SmallBlock, LargeBlock])
        {
            VmStatus status = _system.Memory.TryAllocate(ref _system.Cores[core], length, out VirtualAddress block);
            if (status != VmStatus.Ok)
            {
                return status;
            }

            NoteBlock(block, length, core);
        }

        return VmStatus.Ok;
    }

    private VmStatus FreeBlocks(int core)
    {
        VmStatus status = FreeBlock(core);
        return status == VmStatus.Ok ? FreeBlock(core) : status;
    }

    private VmStatus FreeBlock(int core)
    {
        if (_blocks[core].Count == 0)
        {
            return VmStatus.NotMapped;
        }

        VirtualAddress block = TakeBlock(core, _blocks[core].Count - 1, out _);
        return _system.Memory.TryFree(ref _system.Cores[core], block);
    }

    private VmStatus ResizeBlocks(int core)
    {
        const uint More = 3000;
        int count = _blocks[core].Count;
        for (int index = 0; index < count; index++)
        {
            VirtualAddress old = TakeBlock(core, 0, out uint length);
            VmStatus status = _system.Memory.TryResize(ref _system.Cores[core], old, length + More, out VirtualAddress block);
            if (status != VmStatus.Ok)
            {
                return status;
            }

            uint word = _system.Cores[core].Data<uint>(block);
            Require(word == length + (uint)core, $"core {core} finds 0x{word:X8} in a block of {length} bytes that was resized");
            NoteBlock(block, length + More, core);
        }

        return count == 0 ? VmStatus.NotMapped : VmStatus.Ok;
    }

    private void NoteBlock(VirtualAddress block, uint lengthInBytes, int core)
    {
        _system.Cores[core].Data<uint>(block) = lengthInBytes + (uint)core;
        _blocks[core].Add((block, lengthInBytes));
    }

    private VirtualAddress TakeBlock(int core, int index, out uint lengthInBytes)
    {
        (VirtualAddress block, lengthInBytes) = _blocks[core][index];
        _blocks[core].RemoveAt(index);
        uint word = _system.Cores[core].Data<uint>(block);
        Require(word == lengthInBytes + (uint)core, $"core {core} finds 0x{word:X8} in its block of {lengthInBytes} bytes");
        return block;
    }

    private FaultOutcome Write(uint address, uint word, int core)
    {
        FaultOutcome outcome = Reach(address, AccessKind.Write, core, out PhysicalAddress physical);
        if (outcome == FaultOutcome.Resolved)
        {
            _system.Machine.Memory.Write(physical, word);
        }

        return outcome;
    }

    private FaultOutcome Read(uint address, int core, out uint word)
    {
        FaultOutcome outcome = Reach(address, AccessKind.Read, core, out PhysicalAddress physical);
        word = outcome == FaultOutcome.Resolved ? _system.Machine.Memory.Read(physical) : 0;
        return outcome;
    }

    private FaultOutcome Reach(uint address, AccessKind kind, int core, out PhysicalAddress physical)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            if (_system.Attempt(_space, address, kind, core, out physical) is FaultOutcome outcome)
            {
                return outcome;
            }

            if (attempt != 0)
            {
                // What is there is not complete yet: another core has to go on. Of two calls in a row the second waits.
                _system.Cores[core].Relax();
                _system.Cores[core].Relax();
            }
        }

        throw new InvalidOperationException($"0x{address:X8} faults again and again");
    }
}
