using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Benchmarks;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.SelfTests;

namespace Kilburn.Kernel.Stress;

/// <summary>One core's part of <c>stress</c>: random operations on memory of its own and on spaces that all cores use, contents checked.</summary>
/// <remarks>
/// Cores share spaces, and second-level tables in them, but no page: so that each knows what it must find. All that is taken is
/// given back at the end.
/// </remarks>
internal ref partial struct StressCore<TMachine, TBoard>
    where TMachine : struct, IMachine
    where TBoard : struct, IBoard
{
    private const int KindCount = 17;
    private const uint LooksAtClock = 63;
    private const uint LastWord = PageSize.Small - sizeof(uint);
    private const uint LongestBlock = 3 * PageSize.Small;
    private const uint SeedStep = 0x9E37_79B9;

    private readonly ref TMachine _machine;
    private readonly ref TBoard _board;
    private readonly ref VirtualMemory _memory;
    private readonly ref StressPlan _plan;
    private readonly ref StressTally _tally;
    private readonly uint _core;
    private RandomSequence _random;
    private StressHoldings _holdings;

    private StressCore(ref TMachine machine, ref TBoard board, ref StressPlan plan)
    {
        _machine = ref machine;
        _board = ref board;
        _memory = ref board.Memory;
        _plan = ref plan;
        _core = machine.CoreIndex;
        _tally = ref plan.Tallies[(int)_core];
        _random = new RandomSequence(unchecked(plan.Seed + (_core * SeedStep)) | 1);
    }

    /// <summary>Runs until the plan is over.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="board">The board.</param>
    /// <param name="plan">What all cores have in common.</param>
    internal static void Run(ref TMachine machine, ref TBoard board, ref StressPlan plan)
    {
        StressCore<TMachine, TBoard> core = new(ref machine, ref board, ref plan);
        core.Run();
    }

    private void Run()
    {
        uint second = _board.Ticks;
        uint seconds = 0;
        while (_plan.OperationsOfCore == 0
            ? _machine.LoadAcquire(ref _plan.IsOver) == 0
            : _tally.Operations < _plan.OperationsOfCore)
        {
            Step();
            _tally.Operations++;
            if (_core == 0 && _plan.Seconds != 0 && (_tally.Operations & LooksAtClock) == 0
                && unchecked(_board.Ticks - second) >= _board.TicksPerSecond)
            {
                second = unchecked(second + _board.TicksPerSecond);
                seconds++;
                if (seconds == _plan.Seconds)
                {
                    _machine.StoreRelease(ref _plan.IsOver, 1);
                }
            }
        }

        End();
    }

    private void Step()
    {
        switch (_random.Below(KindCount))
        {
            case 0 or 1:
                UsePage(_random.Below(StressHoldings.PageCapacity));
                break;
            case 2 or 3:
                UseHeap(_random.Below(StressHoldings.HeapCapacity));
                break;
            case 4:
                UseTable(FrameUse.SecondLevelTable);
                break;
            case 5:
                UseTable(FrameUse.FirstLevelTable);
                break;
            case 6:
                UseBlock();
                break;
            case 7 or 8:
                MapRange();
                break;
            case 9:
                UnmapRange();
                break;
            case 10:
                ChangeRange();
                break;
            case 11:
                LiveAlone();
                break;
            case 12:
                FaultTogether();
                break;
            default:
                TouchRange();
                break;
        }
    }

    private void End()
    {
        for (uint index = 0; index < StressHoldings.PageCapacity; index++)
        {
            if (_holdings.Pages[(int)index] != 0)
            {
                UsePage(index);
            }
        }

        for (uint index = 0; index < StressHoldings.HeapCapacity; index++)
        {
            if (_holdings.Blocks[(int)index] != 0)
            {
                UseHeap(index);
            }
        }

        _memory.Spaces.Leave(ref _machine);
    }

    // Takes a page, or gives it back when its words are still there.
    private void UsePage(uint index)
    {
        ref uint slot = ref _holdings.Pages[(int)index];
        if (slot == 0)
        {
            bool isZeroed = _random.Below(2) == 0;
            if (!Succeeds(_memory.Frames.TryAllocatePage(
                ref _machine, isZeroed ? FrameContents.Zeroed : FrameContents.AsLeft, out PhysicalAddress page)))
            {
                return;
            }

            if (isZeroed && (WordAt(page) | WordAt(page.Add(LastWord))) != 0)
            {
                _tally.Add(StressFailure.NotZeroed, page.Value);
            }

            slot = page.Value;
            WordAt(page) = page.Value;
            WordAt(page.Add(LastWord)) = page.Value;
            return;
        }

        PhysicalAddress held = new(slot);
        Holds(WordAt(held) == slot && WordAt(held.Add(LastWord)) == slot, slot);
        slot = 0;
        _ = Succeeds(_memory.Frames.TryFreePage(ref _machine, held)); // noted there
    }

    // Takes a heap block, or gives it back when its bytes are still there.
    private void UseHeap(uint index)
    {
        ref uint slot = ref _holdings.Blocks[(int)index];
        ref uint length = ref _holdings.Lengths[(int)index];
        byte mark = (byte)((index << 2) | _core);
        if (slot == 0)
        {
            length = 1 + _random.Below(LongestBlock);
            if (Succeeds(_memory.TryAllocate(ref _machine, length, out VirtualAddress block)))
            {
                slot = block.Value;
                ByteAt(slot) = mark;
                ByteAt(slot + length - 1) = mark;
            }

            return;
        }

        uint held = slot;
        Holds(ByteAt(held) == mark && ByteAt(held + length - 1) == mark, held);
        slot = 0;
        _ = Succeeds(_memory.TryFree(ref _machine, new VirtualAddress(held))); // noted there
    }

    // A table is zeroes, and nobody else's.
    private void UseTable(FrameUse use)
    {
        bool isSecond = use == FrameUse.SecondLevelTable;
        uint last = (isSecond ? PageSize.Small / 4 : 2 * PageSize.Small) - sizeof(uint);
        VmStatus status = isSecond
            ? _memory.Frames.TryAllocateSecondLevelTable(ref _machine, out PhysicalAddress table)
            : _memory.Frames.TryAllocateFirstLevelTable(ref _machine, out table);
        if (!Succeeds(status))
        {
            return;
        }

        if ((WordAt(table) | WordAt(table.Add(last))) != 0)
        {
            _tally.Add(StressFailure.NotZeroed, table.Value);
        }

        WordAt(table) = table.Value;
        WordAt(table.Add(last)) = table.Value;
        _machine.Relax();
        Holds(WordAt(table) == table.Value && WordAt(table.Add(last)) == table.Value, table.Value);
        _ = Succeeds(isSecond // noted there
            ? _memory.Frames.TryFreeSecondLevelTable(ref _machine, table)
            : _memory.Frames.TryFreeFirstLevelTable(ref _machine, table));
    }

    private void UseBlock()
    {
        bool isLarge = _random.Below(2) == 0;
        FrameUse use = isLarge ? FrameUse.LargeBlock : FrameUse.SectionBlock;
        uint last = (isLarge ? PageSize.Large : PageSize.Section) - sizeof(uint);
        if (!Succeeds(_memory.Frames.TryAllocateBlock(ref _machine, use, FrameContents.AsLeft, out PhysicalAddress block)))
        {
            return;
        }

        WordAt(block) = block.Value;
        WordAt(block.Add(last)) = block.Value;
        _machine.Relax();
        Holds(WordAt(block) == block.Value && WordAt(block.Add(last)) == block.Value, block.Value);
        _ = Succeeds(_memory.Frames.TryFreeBlock(ref _machine, use, block)); // noted there
    }

    private bool Succeeds(VmStatus status)
    {
        if (status != VmStatus.Ok)
        {
            _tally.Add(StressFailure.Status, (uint)status);
        }

        return status == VmStatus.Ok;
    }

    private void Holds(bool isRight, uint address)
    {
        if (!isRight)
        {
            _tally.Add(StressFailure.Contents, address);
        }
    }

    private readonly ref uint WordAt(PhysicalAddress address) => ref _machine.Data<uint>(address);

    private readonly ref byte ByteAt(uint address) => ref _machine.Data<byte>(new VirtualAddress(address));
}
