using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Benchmarks;

/// <summary>Memory of the real frame allocator for a second one: 512 MiB in one run, and a place for the allocator itself.</summary>
/// <remarks>The blocks are in the run's list while this has them: its first words.</remarks>
public struct SecondFrames
{
    /// <summary>log2 of the blocks of 16 MiB.</summary>
    public const int BlockCountShift = 5;

    /// <summary>Words of the list that are used, at most: all blocks that there are.</summary>
    public const uint ListLength = 64;

    private const uint BlockCount = 1u << BlockCountShift;

    private PhysicalAddress _lowest;
    private PhysicalAddress _place;
    private uint _taken;

    /// <summary>The memory.</summary>
    public readonly PhysicalRange Memory => new(_lowest, BlockCount << PageSize.SupersectionShift);

    /// <summary>The allocator: whatever lay there, until it is started.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    public readonly ref FrameAllocator Allocator<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine => ref machine.Data<FrameAllocator>(_place);

    /// <summary>Takes the memory.</summary>
    /// <param name="run">The run, which fails when there is not as much.</param>
    public void Take<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        run.Check(run.Memory.Frames.TryAllocateBlock(
            ref run.Machine, FrameUse.SectionBlock, FrameContents.AsLeft, out _place));
        uint inARow = 0;
        while (inARow < BlockCount)
        {
            VmStatus status = run.Memory.Frames.TryAllocateBlock(
                ref run.Machine, FrameUse.SupersectionBlock, FrameContents.AsLeft, out PhysicalAddress block);
            run.Check(status);
            if (status != VmStatus.Ok)
            {
                return;
            }

            bool isNext = inARow != 0 && block == _lowest.Add(inARow << PageSize.SupersectionShift);
            _lowest = isNext ? _lowest : block;
            inARow = isNext ? inARow + 1 : 1;
            run.List.At(ref run.Machine, _taken) = block.Value;
            _taken++;
        }
    }

    /// <summary>Gives it back.</summary>
    /// <param name="run">The run.</param>
    public readonly void GiveBack<TMachine, TBoard>(ref BenchmarkRun<TMachine, TBoard> run)
        where TMachine : struct, IMachine
        where TBoard : struct, IBoard
    {
        for (uint index = 0; index < _taken; index++)
        {
            run.Check(run.Memory.Frames.TryFreeBlock(
                ref run.Machine, FrameUse.SupersectionBlock, new PhysicalAddress(run.List.At(ref run.Machine, index))));
        }

        if (_place != default)
        {
            run.Check(run.Memory.Frames.TryFreeBlock(ref run.Machine, FrameUse.SectionBlock, _place));
        }
    }
}
