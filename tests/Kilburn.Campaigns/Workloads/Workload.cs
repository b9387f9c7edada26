using System;
using System.Collections.Generic;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Model;
using Kilburn.Model.Boot;
using Kilburn.Model.Cores;
using Kilburn.Model.Memory;
using Kilburn.Model.Profiles;

namespace Kilburn.Campaigns.Workloads;

/// <summary>A seeded life of a whole kernel memory on the model: every operation of the core, on every core, against plain references.</summary>
/// <remarks>The same seed and count give the same run. The parts are in their own files: spaces, ranges, objects, programs, heap, devices, frames.</remarks>
/// <typeparam name="TProfile">The processor.</typeparam>
public sealed partial class Workload<TProfile> : IDisposable
    where TProfile : struct, IProcessorProfile
{
    private const uint DeviceBase = 0x3F00_0000;
    private const uint DeviceLength = 0x0010_0000;
    private const uint LastPageOfFirstMib = PageSize.Section - PageSize.Small;

    private readonly Machine _machine;
    private readonly ModelMachine<TProfile>[] _cores;
    private readonly Random _random;
    private readonly (int Weight, Action Run)[] _operations;
    private readonly int _totalWeight;
    private readonly int _mostSpaces;            // few: numbers come back within a generation; many: generations end
    private readonly bool _keepsUserDomainOpen;  // so that no ISB of a change of domains hides one that is missing
    private readonly bool _startsCoresEarly;     // before the kernel's tables have their last rights
    private VirtualMemory _memory;
    private uint _freeAtStart;

    /// <summary>Boots the model and starts virtual memory on it.</summary>
    /// <param name="seed">Decides everything.</param>
    /// <param name="configure">May change the machine's options before it is made.</param>
    /// <param name="observe">Called with the machine before it boots.</param>
    public Workload(int seed, Func<MachineOptions, MachineOptions>? configure = null, Action<Machine>? observe = null)
    {
        _random = new Random(seed);
        MachineOptions options = new()
        {
            Banks = [.. ChooseMemory(seed), MemoryBank.Device(DeviceBase, DeviceLength)],
            DirtySeed = (ulong)seed + 1,
        };
        _machine = Machine.Create<TProfile>(configure?.Invoke(options) ?? options);
        observe?.Invoke(_machine);
        _cores = new ModelMachine<TProfile>[TProfile.CoreCount];
        for (int index = 0; index < _cores.Length; index++)
        {
            _cores[index] = _machine.GetCore<TProfile>(index);
        }

        _mostSpaces = seed % 3 == 0 ? FewSpaces : ManySpaces;
        _keepsUserDomainOpen = (seed & 2) != 0;
        _startsCoresEarly = (seed & 1) != 0;
        _operations =
        [
            .. SpaceOperations(), .. RangeOperations(), .. ProgramOperations(), .. HeapOperations(), .. DeviceOperations(), .. FrameOperations(),
        ];
        foreach ((int weight, _) in _operations)
        {
            _totalWeight += weight;
        }
    }

    /// <summary>Operations done so far.</summary>
    public int OperationCount { get; private set; }

    /// <summary>The machine.</summary>
    public Machine Machine => _machine;

    /// <summary>Boots, does a number of operations, gives everything back, and holds the frames before against the frames after.</summary>
    /// <param name="operationCount">Operations between start and end.</param>
    /// <exception cref="MismatchException">The core and the reference disagree.</exception>
    public void Run(int operationCount)
    {
        Boot();
        for (int index = 0; index < operationCount; index++)
        {
            Step();
        }

        End();
    }

    /// <inheritdoc/>
    public void Dispose() => _machine.Dispose();

    private void Boot()
    {
        BootedKernel kernel = BootCode.Run<TProfile>(_machine);
        if (_startsCoresEarly)
        {
            StartOtherCores(kernel, CoreEntry.IdentityMap);
        }

        KernelImage image = kernel.Image;
        StartProbe reporter = new(_machine, new VirtualAddress(image.Text.Start.Value));
        MemoryMap map = kernel.Map;
        Expect(VmStatus.Ok, _memory.TryStart(ref _cores[0], ref reporter, in image, in map), "start");
        if (!_startsCoresEarly)
        {
            StartOtherCores(kernel, CoreEntry.EmptyTable);
        }

        CheckKernelPages(in image);
        if (_keepsUserDomainOpen)
        {
            for (int index = 0; index < _cores.Length; index++)
            {
                _cores[index].WriteRegister(SystemRegister.DomainAccessControl, DomainAccess.KernelAndUser);
                _cores[index].SynchronizeContext();
            }
        }

        _memory.TrimHeap(ref _cores[0]);
        _freeAtStart = FreeFrames();
    }

    private void StartOtherCores(BootedKernel kernel, CoreEntry entry)
    {
        for (int index = 1; index < _cores.Length; index++)
        {
            BootCode.StartCore<TProfile>(_machine, kernel, index, entry);
        }
    }

    // What is not to be written, or to be executed, on any core.
    private void CheckKernelPages(in KernelImage image)
    {
        VirtualAddress text = LinearMap.ToVirtual(image.Text.Start);
        VirtualAddress data = LinearMap.ToVirtual(image.Data.Start);
        foreach (ProcessorCore core in _machine.Cores)
        {
            if (core.Index != 0)
            {
                _cores[core.Index].SynchronizeContext(); // new code needs one on each core that runs it
            }

            Check(core.Write(text, 0).IsFault, "kernel text can be written");
            Check(core.Fetch(data).IsFault, "kernel data can be executed");
            Check(core.Fetch(LinearMap.ToVirtual(new PhysicalAddress(LastPageOfFirstMib))).IsFault, "memory can be executed");
            Check(!core.Fetch(new VirtualAddress(StartProbe.Vectors)).IsFault, "the vectors cannot be fetched");
        }
    }

    private void Step()
    {
        int choice = _random.Next(_totalWeight);
        foreach ((int weight, Action run) in _operations)
        {
            choice -= weight;
            if (choice < 0)
            {
                run();
                OperationCount++;
                return;
            }
        }
    }

    private void End()
    {
        EndSpaces();
        EndObjects();
        EndHeap();
        EndDevices();
        EndFrames();
        for (int index = 0; index < _cores.Length; index++)
        {
            _memory.Frames.Drain(ref _cores[index]);
        }

        // Second-level tables of the kernel half stay linked (K1): they are the only frames that a life may cost.
        uint kept = _freeAtStart - FreeFrames();
        Check(kept <= LargestKeptFrames, $"{kept} frames are gone at the end");
    }

    private const uint LargestKeptFrames = 64;

    private uint FreeFrames()
    {
        _memory.Frames.GetStatistics(ref _cores[0], out FrameStatistics statistics);
        return statistics.FreeFrames;
    }

    private MemoryBank[] ChooseMemory(int seed)
    {
        uint[] sizes = [8u << 20, 12u << 20, 16u << 20, 24u << 20];
        uint drawn = sizes[_random.Next(sizes.Length)];

        // With a supersection, or with two banks in the last MiB: only now and then, since memory costs time.
        return (seed & 7) switch
        {
            1 => [MemoryBank.Memory(0, 32u << 20)],
            2 => [MemoryBank.Memory(0, drawn + 0x5000), MemoryBank.Memory(drawn + 0x8000, 0x1_8000)],
            _ => [MemoryBank.Memory(0, drawn)],
        };
    }

    private ref ModelMachine<TProfile> AnyCore() => ref _cores[_random.Next(_cores.Length)];

    private T Pick<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];

    private void Expect(VmStatus expected, VmStatus actual, string operation) =>
        Check(expected == actual, $"{operation}: {actual}, not {expected}");

    private void Check(bool isAsExpected, string message)
    {
        if (!isAsExpected)
        {
            throw new MismatchException($"operation {OperationCount}: {message}");
        }
    }
}
