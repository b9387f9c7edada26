using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Kernel;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Kilburn.Model;
using Kilburn.Model.Boot;
using Kilburn.Model.Cores;
using Kilburn.Model.Memory;
using Kilburn.Model.Profiles;
using Kilburn.Model.Scheduling;
using Kilburn.Model.Translation;

namespace Kilburn.Campaigns.Workloads;

/// <summary>A seeded life in which every core has a program of its own, and a scheduler switches between their steps.</summary>
/// <remarks>
/// All cores use the same few spaces. In each, a core has pages of its own, of which it knows what they lead to at any time, whoever
/// else works in the space meanwhile; a space of its own that comes and goes; and one that is a clone of a clone of a space that all clone. The
/// heap is shared.
/// </remarks>
/// <typeparam name="TProfile">The processor.</typeparam>
public sealed class Race<TProfile> : IDisposable
    where TProfile : struct, IProcessorProfile
{
    private const int SharedSpaceCount = 5; // more than few ASIDs can serve
    private const uint MemoryInBytes = 4u << 20;
    private const int PageCount = 3;
    private const int RangeMibs = 2;
    private const int OddsOfStaying = 6;

    private readonly int _seed;
    private readonly CoreScheduler _scheduler = new();
    private readonly List<AddressSpace> _shared = [];
    private readonly Dictionary<uint, uint> _rootWords = [];
    private AddressSpace _root; // no core runs it, and what it holds never changes; where it lies does
    private VirtualMemory _memory;
    private int _operationCount;

    /// <summary>Boots the model and starts virtual memory on it.</summary>
    /// <param name="seed">Decides everything.</param>
    /// <param name="configure">May change the machine's options before it is made.</param>
    /// <param name="observe">Called with the machine before it boots.</param>
    public Race(int seed, Func<MachineOptions, MachineOptions>? configure = null, Action<Machine>? observe = null)
    {
        _seed = seed;
        MachineOptions options = new() { Banks = [MemoryBank.Memory(0, MemoryInBytes)], DirtySeed = (ulong)seed + 1 };
        Machine = Machine.Create<TProfile>(configure?.Invoke(options) ?? options);
        observe?.Invoke(Machine);
    }

    /// <summary>The machine.</summary>
    public Machine Machine { get; }

    /// <summary>Operations done so far.</summary>
    public int OperationCount => _operationCount;

    /// <summary>Boots, and lets all cores run.</summary>
    /// <param name="operationCount">Operations of all cores together.</param>
    public void Run(int operationCount)
    {
        BootedKernel kernel = BootCode.Run<TProfile>(Machine);
        ModelMachine<TProfile> first = Machine.GetCore<TProfile>(0);
        NoReporter reporter = default;
        KernelImage image = kernel.Image;
        MemoryMap map = kernel.Map;
        Require(_memory.TryStart(ref first, ref reporter, in image, in map), "start");
        for (int index = 1; index < TProfile.CoreCount; index++)
        {
            BootCode.StartCore<TProfile>(Machine, kernel, index);
        }

        for (int index = 0; index < SharedSpaceCount; index++)
        {
            Require(_memory.Spaces.TryCreate(ref first, ref _memory.Frames, out AddressSpace space), "create");
            _shared.Add(space);
        }

        MakeRoot(ref first);
        Action[] programs =
        [
            .. Enumerable.Range(0, TProfile.CoreCount)
                .Select(core => (Action)(() => new Program(this, core).Run(operationCount / TProfile.CoreCount))),
        ];
        _scheduler.Run(Machine, new RandomPolicy((ulong)_seed, OddsOfStaying), programs);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _scheduler.Dispose();
        Machine.Dispose();
    }

    private void MakeRoot(ref ModelMachine<TProfile> core)
    {
        Require(_memory.Spaces.TryCreate(ref core, ref _memory.Frames, out _root), "create");
        for (int index = 0; index < TProfile.CoreCount * PageCount * RangeMibs; index++)
        {
            VirtualAddress page = new(RangePage(index % RangeMibs, index / RangeMibs));
            RangeRequest request = new()
            {
                Placement = RangePlacement.Fixed,
                Address = page,
                LengthInBytes = PageSize.Small,
                Kind = RangeKind.Anonymous,
                Rights = UserRights.ReadWrite,
                Population = RangePopulation.AtOnce,
            };
            Require(_root.TryMap(ref core, ref _memory.Frames, in request, out _), "map into the root");
            Require(_root.TryTranslate(ref core, page, out TableWalk walk), "a page of the root");
            core.Data<uint>(walk.Physical) = (uint)index + 1;
            _rootWords.Add(page.Value, (uint)index + 1);
        }
    }

    // Pages of ranges: each core has its own, in a MiB that given pages use as well, and in one that is left to ranges.
    private static uint RangePage(int mib, int index) =>
        0x0020_0000u + (PageSize.Section * (uint)mib) + (PageSize.Small * (uint)(0x40 + index));

    private static void Require(VmStatus status, string operation) => Check(status == VmStatus.Ok, $"{operation}: {status}");

    private static void Check(bool isAsExpected, string message)
    {
        if (!isAsExpected)
        {
            throw new MismatchException(message);
        }
    }

    /// <summary>What one core does.</summary>
    private sealed class Program(Race<TProfile> race, int coreIndex)
    {
        private readonly Random _random = new((race._seed * 4) + coreIndex);
        private readonly Dictionary<(int Space, uint Page), (uint Frame, uint Word)> _mapped = [];
        private readonly Dictionary<(int Space, uint Page), (UserRights Rights, uint Word)> _ranges = [];
        private const int CloneIndex = SharedSpaceCount;

        private ModelMachine<TProfile> _core = race.Machine.GetCore<TProfile>(coreIndex);
        private AddressSpace? _own;
        private AddressSpace? _clone;
        private int _current = -1; // index of the space that is active, if it is a shared one or the clone

        public void Run(int operationCount)
        {
            for (int index = 0; index < operationCount; index++)
            {
                Step();
                _ = Interlocked.Increment(ref race._operationCount);
            }
        }

        private void Step()
        {
            int space = _random.Next(SharedSpaceCount);
            uint page = ChoosePage();
            switch (_random.Next(22))
            {
                case 0 or 1 or 2:
                    Require(race._memory.Spaces.TryActivate(ref _core, race._shared[space]), "activate");
                    _current = space;
                    break;
                case 3:
                    race._memory.Spaces.Leave(ref _core);
                    _current = -1;
                    break;
                case 4 or 5:
                    Map(space, page);
                    break;
                case 6 or 7:
                    Unmap(space, page);
                    break;
                case 8:
                    Touch(page);
                    break;
                case 9:
                    UnmapAll(space);
                    break;
                case 10:
                    UseHeap();
                    break;
                case 11:
                    LiveAlone(page);
                    break;
                case 12:
                    MapRange(ChooseSpace(space));
                    break;
                case 13:
                    UnmapRange(ChooseSpace(space));
                    break;
                case 14:
                    ChangeRange(ChooseSpace(space));
                    break;
                case 15 or 16:
                    LiveInFamily();
                    break;
                case 17:
                    TouchRoot();
                    break;
                default:
                    TouchRange();
                    break;
            }
        }

        // Each core has pages of its own in MiBs that all of them use.
        private uint ChoosePage() =>
            (0x0010_0000u * (uint)(1 + _random.Next(2))) + (PageSize.Small * (uint)((coreIndex * PageCount) + _random.Next(PageCount)));

        private void Map(int space, uint page)
        {
            VmStatus status = race._shared[space].TryMapNewPage(
                ref _core, ref race._memory.Frames, new VirtualAddress(page), AccessPermission.ReadWrite, Execution.Never,
                out PhysicalAddress frame);
            if (status != VmStatus.OutOfFrames)
            {
                bool isMapped = _mapped.ContainsKey((space, page));
                Check(status == (isMapped ? VmStatus.AlreadyMapped : VmStatus.Ok), $"core {coreIndex}: map of 0x{page:X8}: {status}");
                if (!isMapped)
                {
                    _mapped.Add((space, page), (frame.Value, 0));
                    TouchHere(space, page);
                }
            }
        }

        private void Unmap(int space, uint page)
        {
            VmStatus status = race._shared[space].TryUnmapPage(ref _core, ref race._memory.Frames, new VirtualAddress(page));
            bool wasMapped = _mapped.Remove((space, page));
            Check(status == (wasMapped ? VmStatus.Ok : VmStatus.NotMapped), $"core {coreIndex}: unmap of 0x{page:X8}: {status}");
            TouchHere(space, page);
        }

        private void UnmapAll(int space)
        {
            uint start = 0x0010_0000u + (PageSize.Small * PageCount * (uint)coreIndex);
            uint[] pages = [.. Enumerable.Range(0, PageCount).Select(index => start + ((uint)index * PageSize.Small))];
            VmStatus status = race._shared[space].TryUnmapRange(
                ref _core, ref race._memory.Frames, new VirtualAddress(start), PageCount);
            bool wereMapped = pages.All(page => _mapped.ContainsKey((space, page)));
            Check(status == (wereMapped ? VmStatus.Ok : VmStatus.NotMapped), $"core {coreIndex}: unmap of a range: {status}");
            foreach (uint page in wereMapped ? pages : [])
            {
                _ = _mapped.Remove((space, page));
                TouchHere(space, page);
            }
        }

        private void Touch(uint page)
        {
            if (_current >= 0)
            {
                TouchHere(_current, page);
            }
        }

        private void TouchHere(int space, uint page)
        {
            if (space != _current)
            {
                return;
            }

            bool isMapped = _mapped.TryGetValue((space, page), out (uint Frame, uint Word) expected);
            _core.WriteRegister(SystemRegister.DomainAccessControl, DomainAccess.KernelAndUser);
            _core.SynchronizeContext();
            if (!isMapped)
            {
                // Another core may be at work on the table of the MiB: at which level it faults is open, but fault it does.
                Check(
                    _core.Core.PossibleAnswers(new VirtualAddress(page), AccessKind.Read, Privilege.User)
                        .All(answer => answer.Fault != FaultCode.None),
                    $"core {coreIndex} may read 0x{page:X8}, which is not mapped");
            }
            else
            {
                AccessResult read = _core.Core.Read(new VirtualAddress(page), Privilege.User);
                Check(!read.IsFault, $"core {coreIndex} reads 0x{page:X8}: {read}");
                Check(
                    read.Value == expected.Word && read.Physical.Value == expected.Frame,
                    $"core {coreIndex} reads 0x{page:X8}: {read}, not 0x{expected.Word:X8}");
                uint word = (uint)_random.Next();
                AccessResult write = _core.Core.Write(new VirtualAddress(page), word, Privilege.User);
                Check(!write.IsFault, $"core {coreIndex} writes 0x{page:X8}: {write}");
                _mapped[(space, page)] = (expected.Frame, word);
            }

            _core.WriteRegister(SystemRegister.DomainAccessControl, DomainAccess.KernelOnly);
            _core.SynchronizeContext();
        }

        private uint[] ChooseRange()
        {
            int mib = _random.Next(RangeMibs);
            return [.. Enumerable.Range(0, _random.Next(1, PageCount + 1)).Select(index => RangePage(mib, (coreIndex * PageCount) + index))];
        }

        private int ChooseSpace(int shared) => _clone is not null && _random.Next(2) == 0 ? CloneIndex : shared;

        private AddressSpace SpaceOf(int space) => space == CloneIndex ? _clone!.Value : race._shared[space];

        // A clone of the root, or of the clone before, which then goes: what they share, other cores have as well.
        private void LiveInFamily()
        {
            AddressSpace? old = _clone;
            bool isEnd = old is not null && _random.Next(3) == 0;
            AddressSpace space = default;
            if (!isEnd
                && race._memory.Spaces.TryClone(ref _core, ref race._memory.Frames, old ?? race._root, out space) != VmStatus.Ok)
            {
                return;
            }

            race._memory.Spaces.Leave(ref _core);
            _current = -1;
            if (old is AddressSpace before)
            {
                Require(race._memory.Spaces.TryDestroy(ref _core, ref race._memory.Frames, before), "destroy of a clone");
            }

            _clone = isEnd ? null : space;
            if (isEnd || old is null)
            {
                foreach (uint page in race._rootWords.Keys)
                {
                    _ = _ranges.Remove((CloneIndex, page));
                }
            }

            if (isEnd)
            {
                return;
            }

            foreach ((uint page, uint word) in old is null ? race._rootWords : [])
            {
                _ranges.Add((CloneIndex, page), (UserRights.ReadWrite, word));
            }

            Require(race._memory.Spaces.TryActivate(ref _core, space), "activate");
            _current = CloneIndex;
            TouchRangeHere(CloneIndex, ChooseRange()[^1]);
        }

        // A page of the root gets a frame of its own, in a table of its own.
        private void TouchRoot()
        {
            FaultReport report = new(FaultStatus.PermissionSecondLevel, FaultAccess.Write, new VirtualAddress(ChooseRange()[0]), 0);
            FaultOutcome outcome = race._root.Resolve(ref _core, ref race._memory.Frames, in report);
            Check(outcome is FaultOutcome.Resolved or FaultOutcome.OutOfMemory, $"core {coreIndex}: fault in the root: {outcome}");
        }

        private static VirtualRange RangeOf(uint[] pages) =>
            new(new VirtualAddress(pages[0]), (uint)pages.Length << PageSize.SmallShift);

        private void MapRange(int space)
        {
            uint[] pages = ChooseRange();
            RangeRequest request = new()
            {
                Placement = _random.Next(2) == 0 ? RangePlacement.Fixed : RangePlacement.Replacing,
                Address = new VirtualAddress(pages[0]),
                LengthInBytes = (uint)pages.Length << PageSize.SmallShift,
                Kind = RangeKind.Anonymous,
                Rights = UserRights.ReadWrite,
                Population = _random.Next(3) == 0 ? RangePopulation.AtOnce : RangePopulation.OnDemand,
            };
            VmStatus status = UsualMapping.TryMap(ref _core, ref race._memory.Frames, SpaceOf(space), in request, out _);
            if (status == VmStatus.OutOfFrames)
            {
                return;
            }

            bool isRefused = request.Placement == RangePlacement.Fixed && pages.Any(page => _ranges.ContainsKey((space, page)));
            Check(status == (isRefused ? VmStatus.Occupied : VmStatus.Ok), $"core {coreIndex}: map of a range: {status}");
            foreach (uint page in isRefused ? [] : pages)
            {
                _ranges[(space, page)] = (UserRights.ReadWrite, 0);
                TouchRangeHere(space, page);
            }
        }

        private void UnmapRange(int space)
        {
            uint[] pages = ChooseRange();
            VmStatus status = SpaceOf(space).TryUnmap(ref _core, ref race._memory.Frames, RangeOf(pages));
            if (status == VmStatus.OutOfFrames)
            {
                return;
            }

            Require(status, "unmap of a range");
            foreach (uint page in pages)
            {
                _ = _ranges.Remove((space, page));
                TouchRangeHere(space, page);
            }
        }

        private void ChangeRange(int space)
        {
            uint[] pages = ChooseRange();
            UserRights rights = _random.Next(2) == 0 ? UserRights.Read : UserRights.ReadWrite;
            bool isDiscard = _random.Next(3) == 0;
            VmStatus status = isDiscard
                ? SpaceOf(space).TryAdvise(ref _core, ref race._memory.Frames, RangeOf(pages), RangeAdvice.Discard)
                : SpaceOf(space).TryProtect(ref _core, ref race._memory.Frames, RangeOf(pages), rights);
            if (status == VmStatus.OutOfFrames)
            {
                return;
            }

            bool isThere = pages.All(page => _ranges.ContainsKey((space, page)));
            Check(status == (isThere ? VmStatus.Ok : VmStatus.NotMapped), $"core {coreIndex}: change of a range: {status}");
            foreach (uint page in isThere ? pages : [])
            {
                (UserRights old, uint word) = _ranges[(space, page)];
                _ranges[(space, page)] = isDiscard ? (old, 0) : (rights, word);
                TouchRangeHere(space, page);
            }
        }

        private void TouchRange()
        {
            if (_current >= 0)
            {
                TouchRangeHere(_current, ChooseRange()[^1]);
            }
        }

        private void TouchRangeHere(int space, uint page)
        {
            if (space != _current)
            {
                return;
            }

            _core.WriteRegister(SystemRegister.DomainAccessControl, DomainAccess.KernelAndUser);
            _core.SynchronizeContext();
            bool isThere = _ranges.TryGetValue((space, page), out (UserRights Rights, uint Word) expected);
            bool isWrite = _random.Next(2) == 0;
            bool isAllowed = isThere && (!isWrite || (expected.Rights & UserRights.Write) != 0);
            uint word = (uint)_random.Next();
            for (int attempt = 0; ; attempt++)
            {
                if (!CanAccess(page, isWrite, isAllowed))
                {
                    FaultReport report = new(
                        FaultStatus.TranslationSecondLevel, isWrite ? FaultAccess.Write : FaultAccess.Read, new VirtualAddress(page), 0);
                    FaultOutcome outcome = SpaceOf(space).Resolve(ref _core, ref race._memory.Frames, in report);
                    if (isAllowed && outcome != FaultOutcome.OutOfMemory)
                    {
                        Check(outcome == FaultOutcome.Resolved && attempt < 2, $"core {coreIndex}: fault at 0x{page:X8}: {outcome}");
                        continue;
                    }

                    Check(outcome != FaultOutcome.Resolved, $"core {coreIndex}: fault at 0x{page:X8}: {outcome}");
                    break;
                }

                Check(isAllowed, $"core {coreIndex} may access 0x{page:X8}");
                AccessResult result = isWrite
                    ? _core.Core.Write(new VirtualAddress(page), word, Privilege.User)
                    : _core.Core.Read(new VirtualAddress(page), Privilege.User);
                Check(
                    !result.IsFault && (isWrite || result.Value == expected.Word),
                    $"core {coreIndex}: 0x{page:X8}: {result}, not 0x{expected.Word:X8}");
                _ranges[(space, page)] = (expected.Rights, isWrite ? word : expected.Word);
                break;
            }

            _core.WriteRegister(SystemRegister.DomainAccessControl, DomainAccess.KernelOnly);
            _core.SynchronizeContext();
        }

        // Another core may be at work on the table of the MiB: at which level it faults is open. Whether it does is open as well where
        // the access is right: a fault of that core brings pages that lie around its own.
        private bool CanAccess(uint page, bool isWrite, bool isAllowed)
        {
            bool[] answers =
            [
                .. _core.Core.PossibleAnswers(new VirtualAddress(page), isWrite ? AccessKind.Write : AccessKind.Read, Privilege.User)
                    .Select(answer => answer.Fault == FaultCode.None)
                    .Distinct(),
            ];
            Check(answers.Length == 1 || isAllowed, $"core {coreIndex} may or may not access 0x{page:X8}");
            return answers.All(isAccessed => isAccessed);
        }

        // A space of the core's own: it comes, is used, and goes, while others make generations begin.
        private void LiveAlone(uint page)
        {
            if (_own is AddressSpace old)
            {
                race._memory.Spaces.Leave(ref _core);
                _current = -1;
                Require(race._memory.Spaces.TryDestroy(ref _core, ref race._memory.Frames, old), "destroy");
                _own = null;
                return;
            }

            if (race._memory.Spaces.TryCreate(ref _core, ref race._memory.Frames, out AddressSpace space) != VmStatus.Ok)
            {
                return;
            }

            _own = space;
            _ = space.TryMapNewPage(
                ref _core, ref race._memory.Frames, new VirtualAddress(page), AccessPermission.ReadWrite, Execution.Never, out _);
            Require(race._memory.Spaces.TryActivate(ref _core, space), "activate");
            _current = -1;
        }

        private void UseHeap()
        {
            uint length = (uint)_random.Next(1, 3 * (int)PageSize.Small);
            if (race._memory.TryAllocate(ref _core, length, out VirtualAddress block) == VmStatus.Ok)
            {
                _core.Data<byte>(block) = (byte)coreIndex;
                Check(_core.Data<byte>(block) == (byte)coreIndex, "another core has this core's block");
                Require(race._memory.TryFree(ref _core, block), "heap free");
            }
        }
    }
}
