using System;
using System.Collections.Generic;
using System.Threading;
using Kilburn.Core.Addresses;
using Kilburn.Model.Campaigns;
using Kilburn.Model.Checking;
using Kilburn.Model.Cores;
using Kilburn.Model.Memory;
using Kilburn.Model.Profiles;
using Kilburn.Model.Scheduling;

namespace Kilburn.Model;

/// <summary>An ARMv7-A machine: physical memory and cores that translate addresses through tables in it.</summary>
/// <remarks>
/// Code that is written for <see cref="Kilburn.Core.IMachine"/> runs on a core through <see cref="ModelMachine{TProfile}"/>.
/// One thread at a time may use a machine, unless it says otherwise.
/// Source: ARM DDI 0406C.d, chapters A3 and B3, short descriptors.
/// </remarks>
public sealed class Machine : IDisposable
{
    private readonly ProcessorCore[] _cores;
    private readonly List<Violation> _violations = [];
    private readonly Dictionary<(Site Site, int StepIndex, StepKind Step), SiteRecord> _sites = new(SiteComparer.Instance);
    private uint _lowerStamp = 1; // grows when a table of the lower half changes
    private uint _upperStamp = 1;

    private Machine(ProcessorConstants constants, MachineOptions options)
    {
        Constants = constants;
        Options = options;
        Memory = new PhysicalMemory(options.Banks, options.DirtySeed);
        _cores = new ProcessorCore[constants.CoreCount];
        for (int index = 0; index < _cores.Length; index++)
        {
            _cores[index] = new ProcessorCore(this, index);
        }

        Oracle = options.Tlb == TlbModel.Coherent ? null : new TranslationOracle(this);
    }

    /// <summary>The processor's constants.</summary>
    public ProcessorConstants Constants { get; }

    /// <summary>What the machine was made from.</summary>
    public MachineOptions Options { get; }

    /// <summary>Memory and devices.</summary>
    public PhysicalMemory Memory { get; }

    /// <summary>The cores.</summary>
    public IReadOnlyList<ProcessorCore> Cores => _cores;

    /// <summary>What was found, with <see cref="ViolationHandling.Collect"/>.</summary>
    public IReadOnlyList<Violation> Violations => _violations;

    /// <summary>The maintenance steps that the program reached. Empty without an oracle.</summary>
    public IReadOnlyCollection<SiteRecord> Sites => _sites.Values;

    /// <summary>Called at every step of every core: where another core may go on. Null when one thread runs one core.</summary>
    public ICoreScheduler? Scheduler { get; set; }

    /// <summary>Changes of tables whose maintenance is not finished; zero without an oracle.</summary>
    public int UnfinishedChanges => Oracle?.UnfinishedCount ?? 0;

    /// <summary>Knows what TLBs may hold; null when they hold nothing.</summary>
    internal TranslationOracle? Oracle { get; }

    /// <summary>Grows when a valid word of a table that the lower half walks is replaced.</summary>
    internal uint LowerStamp => _lowerStamp;

    /// <summary>Grows when a valid word of a table that the upper half walks is replaced.</summary>
    internal uint UpperStamp => _upperStamp;

    /// <summary>Makes a machine in the state of a reset: MMU off, memory as the options say.</summary>
    /// <typeparam name="TProfile">The processor.</typeparam>
    /// <param name="options">Memory and the rest; null for the defaults.</param>
    public static Machine Create<TProfile>(MachineOptions? options = null)
        where TProfile : struct, IProcessorProfile =>
        new(ProcessorConstants.Of<TProfile>(), options ?? new MachineOptions());

    /// <summary>Makes a machine with one bank of memory from address 0.</summary>
    /// <typeparam name="TProfile">The processor.</typeparam>
    /// <param name="memoryInBytes">Bytes of memory.</param>
    public static Machine Create<TProfile>(uint memoryInBytes)
        where TProfile : struct, IProcessorProfile =>
        Create<TProfile>(new MachineOptions { Banks = [MemoryBank.Memory(0, memoryInBytes)] });

    /// <summary>A core, as <see cref="Kilburn.Core.IMachine"/>.</summary>
    /// <typeparam name="TProfile">The profile that the machine was made with.</typeparam>
    /// <param name="coreIndex">Below the number of cores.</param>
    public ModelMachine<TProfile> GetCore<TProfile>(int coreIndex)
        where TProfile : struct, IProcessorProfile => new(_cores[coreIndex]);

    /// <summary>Gives the memory back to the host.</summary>
    public void Dispose() => Memory.Dispose();

    /// <summary>Counts a maintenance step.</summary>
    internal void Count(Site site, int stepIndex, Step step, bool isNeeded)
    {
        if (!_sites.TryGetValue((site, stepIndex, step.Kind), out SiteRecord? record))
        {
            record = new SiteRecord(site, stepIndex, step.Kind) { First = step };
            _sites.Add((site, stepIndex, step.Kind), record);
        }

        record.Count++;
        record.NeededCount += isNeeded ? 1 : 0;
    }

    /// <summary>Something is wrong.</summary>
    internal void Report(Violation violation)
    {
        if (Options.Tlb == TlbModel.Random)
        {
            return;
        }

        if (Options.Handling == ViolationHandling.Throw)
        {
            throw new ViolationException(violation);
        }

        _violations.Add(violation);
    }

    /// <summary>A word of memory that a walk has read is about to change: what cores keep of old walks is no longer good.</summary>
    internal void NoteTableChange(GranuleMarks marks)
    {
        if ((marks & GranuleMarks.WalkedLower) != 0)
        {
            _ = Interlocked.Increment(ref _lowerStamp);
        }

        if ((marks & GranuleMarks.WalkedUpper) != 0)
        {
            _ = Interlocked.Increment(ref _upperStamp);
        }
    }

    /// <summary>Forgets that walks have read a range: it is no table any more.</summary>
    internal void ForgetWalks(PhysicalAddress start, uint lengthInBytes)
    {
        int first = (int)(start.Value >> PhysicalMemory.GranuleShift);
        int count = (int)(lengthInBytes >> PhysicalMemory.GranuleShift);
        Span<GranuleMarks> granules = Memory.Granules.AsSpan(first, count);
        if (granules.IndexOfAnyExcept(GranuleMarks.None) >= 0)
        {
            NoteTableChange(GranuleMarks.WalkedLower | GranuleMarks.WalkedUpper);
            foreach (ref GranuleMarks marks in granules)
            {
                marks &= GranuleMarks.Followed;
            }
        }
    }
}
