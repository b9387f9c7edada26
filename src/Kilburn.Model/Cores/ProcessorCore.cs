using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Threading;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Model.Campaigns;
using Kilburn.Model.Checking;
using Kilburn.Model.Scheduling;
using Kilburn.Model.Translation;

namespace Kilburn.Model.Cores;

/// <summary>One core: its registers, and everything that a program can do on it.</summary>
public sealed partial class ProcessorCore
{
    private const int StepKindCount = (int)StepKind.InstructionCacheLine + 1;
    private const int RankCapacity = 32;

    private readonly long[] _counts = new long[StepKindCount];
    private TranslationRegisters _registers;
    private uint _maskDepth = 1; // sections that mask interrupts, one in another; the reset masks them
    private bool _hasEvent; // the event register
    private Step? _putOff; // a step that changes places with the next
    private uint _heldRanks; // bit n: a lock of rank n
    private readonly Site[] _lockSites = new Site[RankCapacity]; // [rank]: where it was taken last

    internal ProcessorCore(Machine machine, int index)
    {
        Machine = machine;
        Index = index;
        _linear = new uint[FrameCountOf(machine)];
    }

    /// <summary>The machine that the core belongs to.</summary>
    public Machine Machine { get; }

    /// <summary>The core's number. MPIDR[1:0].</summary>
    public int Index { get; }

    /// <summary>The translation registers, as an instruction would read them.</summary>
    public TranslationRegisters Registers => _registers;

    /// <summary>DFSR.</summary>
    public uint DataFaultStatus { get; private set; }

    /// <summary>DFAR.</summary>
    public VirtualAddress DataFaultAddress { get; private set; }

    /// <summary>IFSR.</summary>
    public uint InstructionFaultStatus { get; private set; }

    /// <summary>IFAR.</summary>
    public VirtualAddress InstructionFaultAddress { get; private set; }

    /// <summary>True while interrupts are masked: from the reset on, until a program turns them on.</summary>
    public bool AreInterruptsMasked => _maskDepth != 0;

    /// <summary>True between <see cref="MaskInterrupts"/> and <see cref="RestoreInterrupts"/>.</summary>
    public bool IsInMaskedSection => _maskDepth > 1;

    /// <summary>True while the program holds a lock that told so with <see cref="NoteLock"/>.</summary>
    public bool HoldsLocks => _heldRanks != 0;

    /// <summary>How often the program told of a lock that it took or gave back.</summary>
    public long LockChangeCount { get; private set; }

    /// <summary>
    /// How often the program stored a word, or asked for maintenance. The core does not see what is stored by reference:
    /// to ask for the reference to data of the linear map counts.
    /// </summary>
    public long ChangeCount { get; private set; }

    /// <summary>How often a step was done on this core.</summary>
    /// <param name="kind">Which.</param>
    public long CountOf(StepKind kind) => _counts[(int)kind];

    /// <summary>Replaces a word if it holds what is expected. A full barrier.</summary>
    /// <param name="location">The shared word.</param>
    /// <param name="value">The new value.</param>
    /// <param name="comparand">The value expected.</param>
    /// <returns>What the word held.</returns>
    public uint CompareExchange(ref uint location, uint value, uint comparand)
    {
        Reschedule();
        uint held = Interlocked.CompareExchange(ref location, value, comparand);
        if (held == comparand)
        {
            ChangeCount++;
            Machine.Scheduler?.AfterChange(this);
        }

        return held;
    }

    /// <summary>Reads a shared word; later accesses stay behind it.</summary>
    /// <param name="location">The word.</param>
    public uint LoadAcquire(ref uint location)
    {
        Reschedule();
        return Volatile.Read(ref location);
    }

    /// <summary>Writes a shared word; earlier accesses stay before it.</summary>
    /// <param name="location">The word.</param>
    /// <param name="value">The new value.</param>
    public void StoreRelease(ref uint location, uint value)
    {
        Reschedule();
        ChangeCount++;
        Volatile.Write(ref location, value);
        Machine.Scheduler?.AfterChange(this);
    }

    /// <summary>Gives a lock back: clears the lowest byte of its word; earlier accesses stay before it.</summary>
    /// <param name="location">The word.</param>
    public void ReleaseLock(ref uint location)
    {
        Reschedule();
        ChangeCount++;
        Volatile.Write(ref Unsafe.As<uint, byte>(ref location), 0);
        Machine.Scheduler?.AfterChange(this);
    }

    /// <summary>Writes a shared word.</summary>
    /// <param name="location">The word.</param>
    /// <param name="value">The new value.</param>
    public void Store(ref uint location, uint value)
    {
        Reschedule();
        ChangeCount++;
        Volatile.Write(ref location, value);
    }

    /// <summary>DMB.</summary>
    public void OrderMemory()
    {
        Reschedule();
        Interlocked.MemoryBarrier();
    }

    /// <summary>Lets another core go on.</summary>
    public void Relax()
    {
        if (Machine.Scheduler is ICoreScheduler scheduler)
        {
            scheduler.Wait(this);
        }
        else
        {
            Thread.SpinWait(1);
        }
    }

    /// <summary>
    /// Sleeps until an event is sent, unless one was sent since the last sleep. Under a scheduler it never ends by itself, so that
    /// an event that is missing shows; without one it may.
    /// </summary>
    public void WaitForEvent()
    {
        if (Machine.Scheduler is not ICoreScheduler scheduler)
        {
            Thread.SpinWait(1);
            return;
        }

        Reschedule();
        while (!_hasEvent)
        {
            scheduler.Sleep(this);
        }

        _hasEvent = false;
    }

    /// <summary>Wakes all cores that wait for an event.</summary>
    public void SendEvent()
    {
        Reschedule();
        foreach (ProcessorCore core in Machine.Cores)
        {
            core._hasEvent = true;
        }

        Machine.Scheduler?.WakeAll(this);
    }

    /// <summary>Masks interrupts.</summary>
    /// <returns>What puts the mask back to what it was; zero when interrupts were on.</returns>
    public uint MaskInterrupts() => _maskDepth++;

    /// <summary>Puts the interrupt mask back.</summary>
    /// <param name="state">What <see cref="MaskInterrupts"/> returned; zero turns interrupts on.</param>
    public void RestoreInterrupts(uint state)
    {
        if (state >= _maskDepth)
        {
            throw new MachineAccessException($"Core {Index} restores an interrupt mask that it never took.");
        }

        _maskDepth = state;
    }

    /// <summary>Takes note of a lock; panics when it is taken out of order or twice, or with interrupts on.</summary>
    /// <param name="rank">The lock's rank.</param>
    /// <param name="change">Taken or released.</param>
    /// <param name="site">Where.</param>
    public void NoteLock(LockRank rank, LockChange change, Site site)
    {
        uint bit = 1u << (int)rank;
        LockChangeCount++;
        if (change != LockChange.Released)
        {
            if (_maskDepth == 0)
            {
                throw new MachinePanicException($"a lock of rank {rank} is taken at {site} with interrupts on", (uint)rank, Index);
            }

            if (_heldRanks >= bit && (change == LockChange.Taken || (_heldRanks & bit) != 0))
            {
                int held = BitOperations.Log2(_heldRanks);
                throw new MachinePanicException(
                    $"a lock of rank {rank} is taken at {site} while one of rank {(LockRank)held} is held since {_lockSites[held]}",
                    _heldRanks,
                    Index);
            }

            _heldRanks |= bit;
            _lockSites[(int)rank] = site;
        }
        else
        {
            if ((_heldRanks & bit) == 0)
            {
                throw new MachinePanicException($"a lock of rank {rank} is released that is not held", _heldRanks, Index);
            }

            _heldRanks &= ~bit;
        }
    }

    /// <summary>Takes note that memory changes hands.</summary>
    /// <param name="change">Taken from the allocator, or returned to it.</param>
    /// <param name="use">As what.</param>
    /// <param name="start">First byte.</param>
    /// <param name="lengthInBytes">1 KiB or more.</param>
    /// <param name="site">Where.</param>
    public void NoteFrames(FrameChange change, FrameUse use, PhysicalAddress start, uint lengthInBytes, Site site)
    {
        // Between what the allocator looked at and what it writes next, others may come.
        Reschedule();
        if (!Machine.Memory.IsMemory(start, lengthInBytes))
        {
            throw new MachineAccessException(
                $"{use} 0x{start.Value:X8}, {lengthInBytes} bytes, is {change} at {site}, but is no memory.");
        }

        if (change == FrameChange.Returned)
        {
            Machine.Oracle?.NoteReturned(use, start.Value, lengthInBytes, site);
            Machine.ForgetWalks(start, lengthInBytes);
        }
    }

    /// <summary>Does one step.</summary>
    internal void Maintain(Step step, string file, int line)
    {
        Reschedule();
        DoOrMutate(step, new Site(file, line), 0);
    }

    /// <summary>Does one step: for steps that no program needs, such as the forms that are not inner-shareable.</summary>
    /// <param name="step">What to do.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public void Execute(Step step, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Maintain(step, file, line);

    /// <summary>Does the steps of one operation, in order.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="file">The caller's.</param>
    /// <param name="line">The caller's.</param>
    /// <param name="firstIndex">Which step of the operation the first is.</param>
    internal void Maintain(ReadOnlySpan<Step> steps, string file, int line, int firstIndex = 0)
    {
        for (int index = 0; index < steps.Length; index++)
        {
            Reschedule();
            DoOrMutate(steps[index], new Site(file, line), firstIndex + index);
        }
    }

    private static int FrameCountOf(Machine machine)
    {
        ulong length = Math.Min(machine.Memory.LengthInBytes, machine.Options.LinearMapLengthInBytes);
        return (int)(length >> PageSize.SmallShift);
    }

    private void DoOrMutate(Step step, Site site, int index)
    {
        if (Machine.Options.Mutation is not Mutation mutation)
        {
            Do(step, site, index);
            return;
        }

        Step? putOff = _putOff;
        _putOff = null;
        if (!mutation.Matches(site, index, step.Kind))
        {
            Do(step, site, index);
        }
        else if (mutation.Kind == MutationKind.SwapWithNext)
        {
            _putOff = step;
        }
        else if (mutation.Apply(step) is Step changed)
        {
            Do(changed, site, index);
        }

        if (putOff is Step late)
        {
            Do(late, site, index);
        }
    }

    private void Do(Step step, Site site, int index)
    {
        _counts[(int)step.Kind]++;
        ChangeCount++;
        TranslationRegisters before = _registers;
        if (step.Kind == StepKind.RegisterWrite)
        {
            _registers.Set((SystemRegister)step.Address, step.Operand);
            NoteRegisterChange((SystemRegister)step.Address);
        }

        if (Machine.Oracle is TranslationOracle oracle)
        {
            Machine.Count(site, index, step, oracle.Note(this, step, before, site));
        }
    }

    // Every call of the program comes through here: the place where another core may go on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reschedule() => Machine.Scheduler?.BeforeStep(this);
}
