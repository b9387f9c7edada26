using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Objects;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tests.Frames;
using Kilburn.Core.Tests.Spaces;
using Kilburn.Model;
using Kilburn.Model.Checking;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;
using Xunit;

namespace Kilburn.Core.Tests.Matrix;

/// <summary>One space that all cores run, with places of two pages in one MiB, side by side; and what holds at the end, whatever they did.</summary>
/// <remarks>
/// Beside the places each core has a page of its own, in the same MiB, whose word it knows at any time. Words tell who wrote them and
/// where, so that a frame that comes to a page with what it held before is seen.
/// </remarks>
internal sealed partial class MatrixWorld<TProfile> : IDisposable
    where TProfile : struct, IProcessorProfile
{
    public const int PlaceCount = 3;
    private const uint Page = 0x1000;
    private const uint MiB = 0x10_0000;
    private const uint EndOfWorld = 64 * MiB;
    private const uint PagesUsed = 2; // of a place, from its start
    private const int CoresForAMib = 2;

    private const uint InitialWord = 0x1A00_0000;
    private const uint SideWord = 0x51DE_0000;
    private const uint OwnWord = 0x0C00_0000;
    private const uint WrittenWord = 0x3300_0000;

    private static readonly int s_otherSpaces = TProfile.AsidCount - 1; // with the one that is shared, more than there are ASIDs

    private readonly ModelSpaces<TProfile> _system;
    private readonly uint _placeLength;
    private readonly uint _firstPlace;
    private readonly uint _ownPages;    // behind the places
    private readonly uint _sideRanges;
    private readonly uint _lengthElsewhere; // does not fit between a place and the cores' own pages
    private (uint Pages, uint Second, uint First) _empty;
    private readonly AddressSpace _space;
    private readonly AddressSpace[] _others = new AddressSpace[s_otherSpaces];
    private readonly MemoryObject[] _objects = new MemoryObject[PlaceCount];
    private readonly PlaceState[] _states = new PlaceState[PlaceCount];
    private readonly List<AddressSpace>[] _clones; // by core
    private readonly List<AddressSpace>[] _created;
    private readonly List<(FrameUse Use, uint Address)>[] _frames;
    private readonly List<(VirtualAddress Block, uint Length)>[] _blocks;
    private readonly List<(uint Start, uint Length)> _chosen = []; // where the space put things, away from the places
    private readonly uint[] _ownWords;
    private readonly uint[] _wentTo; // by core: where the last range is that it moved or made longer
    private bool _hasOthers;
    private bool _hasHeap;

    public MatrixWorld(Grain grain)
    {
        bool isPages = grain == Grain.Pages;
        uint unit = isPages ? Page : MiB;
        _placeLength = isPages ? PagesUsed * Page : MiB;
        _firstPlace = (4 * MiB) + (isPages ? 0x20 * Page : 0);
        _ownPages = _firstPlace + (isPages ? 0x10 * Page : PlaceCount * MiB);
        _sideRanges = _ownPages + (8 * unit);
        _lengthElsewhere = isPages ? 0x20 * Page : 8 * MiB;
        _system = new ModelSpaces<TProfile>(memoryInMiB: (uint)(TProfile.CoreCount / CoresForAMib));
        int cores = _system.Cores.Length;
        _clones = MakeLists<AddressSpace>(cores);
        _created = MakeLists<AddressSpace>(cores);
        _frames = MakeLists<(FrameUse, uint)>(cores);
        _blocks = MakeLists<(VirtualAddress, uint)>(cores);
        _ownWords = new uint[cores];
        _wentTo = new uint[cores];
        _system.OpenUser();
        _empty = _system.Held;
        _space = _system.Create();
        Require(TryMap(_ownPages, (uint)cores * Page, RangeKind.Anonymous, default, RangePlacement.Fixed, default, 0, out _));
        for (int core = 0; core < cores; core++)
        {
            _system.Activate(_space, core);
            WriteOwn(core);
        }
    }

    public Machine Machine => _system.Machine;

    public void Dispose() => _system.Dispose();

    /// <summary>Brings a place into a state. Those that are to have a clone come last: it has what is there by then.</summary>
    public void Prepare(int place, PlaceState state)
    {
        _states[place] = state;
        uint start = AddressOf(place);
        switch (state)
        {
            case PlaceState.Free:
                break;
            case PlaceState.Given:
                _ = _system.Map(_space, start, InitialOf(place));
                break;
            case PlaceState.Shared or PlaceState.Private:
                bool isShared = state == PlaceState.Shared;
                MemoryObject memory = ObjectOf(place);
                RangeKind kind = isShared ? RangeKind.Shared : RangeKind.Private;
                Require(TryMap(start, _placeLength, RangeKind.Shared, memory, RangePlacement.Fixed, default, 0, out _));
                WritePlace(place);
                if (!isShared)
                {
                    Require(TryMap(start, _placeLength, kind, memory, RangePlacement.Replacing, default, 0, out _));
                    Assert.Equal(FaultOutcome.Resolved, Read(start, 0, out _));
                }

                break;
            default:
                Require(TryMap(start, _placeLength, RangeKind.Anonymous, default, RangePlacement.Fixed, default, 0, out _));
                if (state != PlaceState.Reserved)
                {
                    WritePlace(place);
                }

                if (state == PlaceState.Cloned)
                {
                    for (int core = 0; core < _clones.Length; core++)
                    {
                        Require(Clone(core, core));
                    }
                }

                break;
        }
    }

    /// <summary>Gives a core what an operation takes for granted.</summary>
    public void PrepareFor(Operation operation, int core)
    {
        switch (operation)
        {
            case Operation.MoveHere:
                Require(TryMap(SideOf(core), _placeLength, RangeKind.Anonymous, default, RangePlacement.Fixed, default, 0, out _));
                Assert.Equal(FaultOutcome.Resolved, Write(SideOf(core), SideWord + (uint)core, core));
                break;
            case Operation.MapObject or Operation.MapCopyOfObject:
                for (int place = 0; place < PlaceCount; place++)
                {
                    _ = ObjectOf(place);
                }

                break;
            case Operation.Switch or Operation.RollOver when !_hasOthers:
                _hasOthers = true;
                for (int other = 0; other < s_otherSpaces; other++)
                {
                    _others[other] = _system.Create();
                    _ = _system.Map(_others[other], _ownPages, (uint)other + 1);
                }

                break;
            case Operation.FreePages:
                Require(TakeFrames(FrameUse.Page, PagesAtOnce, core));
                break;
            case Operation.FreeSecondLevelTable:
                Require(TakeFrames(FrameUse.SecondLevelTable, 1, core));
                break;
            case Operation.FreeFirstLevelTable:
                Require(TakeFrames(FrameUse.FirstLevelTable, 1, core));
                break;
            case Operation.FreeBlock:
                Require(TakeFrames(FrameUse.LargeBlock, 1, core));
                break;
            case Operation.HeapAllocate or Operation.HeapFree or Operation.HeapResize:
                // The kernel's tables of the heap's first MiB stay.
                (uint Pages, uint Second, uint First) before = _system.Held;
                Require(AllocateBlocks(core));
                if (operation == Operation.HeapAllocate)
                {
                    Require(FreeBlocks(core));
                }

                _empty.Second += _hasHeap ? 0 : _system.Held.Second - before.Second;
                _hasHeap = true;
                break;
            default:
                break;
        }
    }

    /// <summary>A core's program uses its own page: it holds what was written, and is written anew.</summary>
    public void UseOwnPage(int core)
    {
        FaultOutcome outcome = Read(OwnPageOf(core), core, out uint word);
        Require(outcome == FaultOutcome.Resolved && word == _ownWords[core], $"core {core} finds {outcome} 0x{word:X8} in its own page");
        WriteOwn(core);
    }

    /// <summary>What was at a place when its operation had it alone.</summary>
    public void RequireAfter(Operation operation, int core, int place)
    {
        OperationFacts facts = OperationFacts.Of(operation);
        uint start = AddressOf(place);
        RequireContent(facts.After, start, core, place, 0);
        RequireContent(facts.AfterSecond, start + Page, core, place, 1);
        if (_wentTo[core] != 0)
        {
            RequireContent(Content.Initial, _wentTo[core], core, place, 0);
            RequireContent(Content.Initial, _wentTo[core] + Page, core, place, 1);
            RequireContent(_wentTo[core] == start ? Content.Initial : Content.None, start, core, place, 0);
        }
    }

    /// <summary>What holds whatever was done: own pages are right, no strange word is anywhere, all can be given back, and is.</summary>
    public void End()
    {
        for (int core = 0; core < _ownWords.Length; core++)
        {
            UseOwnPage(core);
        }

        RequireKnownWords("space");
        RequireApart();
        uint[] ownWords = [.. _ownWords];
        foreach (AddressSpace clone in _clones.SelectMany(clones => clones))
        {
            _system.Activate(clone, 0);
            RequireKnownWords("clone");
        }

        _system.Activate(_space, 0);
        Assert.Equal(ownWords, Enumerable.Range(0, ownWords.Length).Select(core => _system.Read(OwnPageOf(core))));
        Require(_space.TryUnmap(
            ref _system.Cores[0],
            ref _system.Memory.Frames,
            new VirtualRange(new VirtualAddress(MiB), EndOfWorld - MiB)));
        _space.ReadCounters(ref _system.Cores[0], out SpaceCounters counters);
        Assert.Equal((0u, 0u, 0u), (counters.ReservedPages, counters.ResidentPages, counters.Tables));
        Assert.Equal((0u, 0u, 0u), (counters.SharedTables, counters.LargePages, counters.Sections));
        for (int core = 0; core < _system.Cores.Length; core++)
        {
            _system.Leave(core);
        }

        EndSpaces();
        for (int core = 0; core < _system.Cores.Length; core++)
        {
            while (_frames[core].Count != 0)
            {
                Require(FreeFrame(_frames[core][^1].Use, core));
            }

            while (_blocks[core].Count != 0)
            {
                Require(FreeBlock(core));
            }
        }

        _system.Memory.TrimHeap(ref _system.Cores[0]);
        Assert.Equal(_empty, _system.Held);
        Assert.Equal(0, Machine.UnfinishedChanges);
    }

    private void EndSpaces()
    {
        foreach (AddressSpace space in _clones.Concat(_created).SelectMany(spaces => spaces).Append(_space).Concat(_hasOthers ? _others : []))
        {
            Require(_system.TryDestroy(space));
        }

        foreach (MemoryObject memory in _objects.Where(memory => memory.Page != default))
        {
            _system.Memory.Spaces.Objects.Close(ref _system.Cores[0], ref _system.Memory.Frames, memory);
        }
    }

    private void RequireContent(Content content, uint address, int core, int place, uint page)
    {
        FaultOutcome outcome = Read(address, 0, out uint word);
        uint initial = InitialOf(place) + page;
        uint? expected = content switch
        {
            Content.Zero => 0,
            Content.Initial or Content.InitialReadOnly => initial,
            Content.Written => WrittenWord + (uint)core,
            Content.Side => SideWord + (uint)core,
            _ => null,
        };
        bool isThere = content != Content.None;
        Require(
            content == Content.Any || ((outcome == FaultOutcome.Resolved) == isThere && (!isThere || word == expected)),
            $"core {core}, page {page}: {content} is expected, and there is {outcome} 0x{word:X8}");
        if (content == Content.InitialReadOnly)
        {
            Assert.Equal(FaultOutcome.Protection, Write(address, 0, 0));
        }
    }

    // Every page of the places and of what was chosen shows zeroes or a word that belongs into this space.
    private void RequireKnownWords(string what)
    {
        IEnumerable<uint> starts = Enumerable.Range(0, PlaceCount).Select(AddressOf)
            .Concat(_chosen.Select(chosen => chosen.Start))
            .Concat(Enumerable.Range(0, _ownWords.Length).Select(OwnPageOf));
        foreach (uint address in starts.SelectMany(start => (uint[])[start, start + Page]))
        {
            IReadOnlyList<Answer> answers = _system.Machine.Cores[0].PossibleAnswers(
                new VirtualAddress(address), AccessKind.Read, Privilege.User);
            Require(answers.Count == 1, $"the {what} may hold several answers for 0x{address:X8}");
            if (answers[0].Fault == FaultCode.None)
            {
                uint word = _system.Machine.Memory.Read(new PhysicalAddress(answers[0].Physical));
                Require(
                    word == 0 || (word & 0xFF00_0000) is InitialWord or (SideWord & 0xFF00_0000) or OwnWord or WrittenWord,
                    $"the {what} shows 0x{word:X8} at 0x{address:X8}");
            }
        }
    }

    // No two requests were given one place.
    private void RequireApart()
    {
        (uint Start, uint Length)[] sorted = [.. _chosen.OrderBy(chosen => chosen.Start)];
        for (int index = 1; index < sorted.Length; index++)
        {
            (uint start, uint length) = sorted[index - 1];
            Require(start + length <= sorted[index].Start, $"two ranges were put to 0x{sorted[index].Start:X8}");
        }
    }

    private void WritePlace(int place)
    {
        for (uint page = 0; page < PagesUsed; page++)
        {
            Assert.Equal(FaultOutcome.Resolved, Write(AddressOf(place) + (page * Page), InitialOf(place) + page, 0));
        }
    }

    private void WriteOwn(int core)
    {
        uint word = _ownWords[core] == 0 ? OwnWord + ((uint)core << 16) + 1 : _ownWords[core] + 1;
        FaultOutcome outcome = Write(OwnPageOf(core), word, core);
        Require(outcome == FaultOutcome.Resolved, $"core {core} may not write its own page: {outcome}");
        _ownWords[core] = word;
    }

    private uint AddressOf(int place) => _firstPlace + ((uint)place * _placeLength);

    private static uint InitialOf(int place) => InitialWord + ((uint)place << 4) + 1;

    private uint OwnPageOf(int core) => _ownPages + ((uint)core * Page);

    private uint SideOf(int core) => _sideRanges + ((uint)core * 2 * _placeLength);

    private static List<T>[] MakeLists<T>(int count) => [.. Enumerable.Range(0, count).Select(_ => new List<T>())];

    private static void Require(VmStatus status) => Require(status == VmStatus.Ok, $"{status}");

    private static void Require(bool isAsExpected, string message)
    {
        if (!isAsExpected)
        {
            throw new InvalidOperationException(message);
        }
    }
}
