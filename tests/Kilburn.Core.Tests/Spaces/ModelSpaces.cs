using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tests.Kernel;
using Kilburn.Model;
using Kilburn.Model.Boot;
using Kilburn.Model.Checking;
using Kilburn.Model.Memory;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;
using Xunit;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>The whole system on the model, whose TLBs hold all that they may: a second possible answer throws.</summary>
internal sealed partial class ModelSpaces<TProfile> : IDisposable
    where TProfile : struct, IProcessorProfile
{
    private const uint MiB = 1u << 20;

    public Machine Machine;
    public ModelMachine<TProfile>[] Cores;
    public VirtualMemory Memory;
    public MemoryMap Banks;

    public ModelSpaces(ViolationHandling handling = ViolationHandling.Throw, uint memoryInMiB = 8)
    {
        Machine = Machine.Create<TProfile>(new MachineOptions
        {
            Banks = [MemoryBank.Memory(0, memoryInMiB * MiB)],
            DirtySeed = memoryInMiB == 8 ? 7ul : null,
            Tlb = TlbModel.Hostile,
            Handling = handling,
        });
        BootedKernel kernel = BootCode.Run<TProfile>(Machine);
        Cores = [.. Enumerable.Range(0, TProfile.CoreCount).Select(Machine.GetCore<TProfile>)];
        NoReporter reporter = default;
        KernelImage image = kernel.Image;
        Banks = kernel.Map;
        Assert.Equal(VmStatus.Ok, Memory.TryStart(ref Cores[0], ref reporter, in image, in Banks));
        for (int core = 1; core < Cores.Length; core++)
        {
            BootCode.StartCore<TProfile>(Machine, kernel, core);
        }
    }

    public AddressSpace Create(int core = 0)
    {
        Assert.Equal(VmStatus.Ok, Memory.Spaces.TryCreate(ref Cores[core], ref Memory.Frames, out AddressSpace space));
        return space;
    }

    public PhysicalAddress Map(AddressSpace space, uint address, uint value, int core = 0)
    {
        VmStatus status = space.TryMapNewPage(
            ref Cores[core],
            ref Memory.Frames,
            new VirtualAddress(address),
            AccessPermission.ReadWrite,
            Execution.Never,
            out PhysicalAddress page);
        Assert.Equal(VmStatus.Ok, status);
        Cores[core].Data<uint>(page) = value;
        return page;
    }

    /// <summary>Maps a page with an instruction that all cores may fetch from then on.</summary>
    public PhysicalAddress MapCode(AddressSpace space, uint address, uint instruction)
    {
        VirtualAddress start = new(address);
        VmStatus status = space.TryMapNewPage(
            ref Cores[0], ref Memory.Frames, start, AccessPermission.Read, Execution.Allowed, out PhysicalAddress page);
        Assert.Equal(VmStatus.Ok, status);
        Cores[0].Data<uint>(page) = instruction;
        Assert.Equal(VmStatus.Ok, space.TryPublishCode(ref Cores[0], start, sizeof(uint)));
        for (int core = 1; core < Cores.Length; core++)
        {
            Cores[core].SynchronizeContext();
        }

        return page;
    }

    public void Unmap(AddressSpace space, uint page, int core = 0) =>
        Assert.Equal(VmStatus.Ok, space.TryUnmapPage(ref Cores[core], ref Memory.Frames, new VirtualAddress(page)));

    public void Activate(AddressSpace space, int core = 0) =>
        Assert.Equal(VmStatus.Ok, Memory.Spaces.TryActivate(ref Cores[core], space));

    public void Leave(int core = 0) => Memory.Spaces.Leave(ref Cores[core]);

    public VmStatus TryDestroy(AddressSpace space, int core = 0) =>
        Memory.Spaces.TryDestroy(ref Cores[core], ref Memory.Frames, space);

    public uint Read(uint address, int core = 0)
    {
        AccessResult result = Machine.Cores[core].Read(new VirtualAddress(address), Privilege.User);
        Assert.False(result.IsFault, result.ToString());
        return result.Value;
    }

    public uint Fetch(uint address, int core = 0)
    {
        AccessResult result = Machine.Cores[core].Fetch(new VirtualAddress(address), Privilege.User);
        Assert.False(result.IsFault, result.ToString());
        return result.Value;
    }

    /// <summary>A program's store, in one step, and its faults.</summary>
    public FaultOutcome Write(AddressSpace space, uint address, uint word, int core)
    {
        const int Attempts = 4;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            FaultOutcome? outcome = Attempt(space, address, AccessKind.Write, core, out PhysicalAddress physical);
            if (outcome == FaultOutcome.Resolved)
            {
                Machine.Memory.Write(physical, word);
            }

            if (outcome is FaultOutcome end)
            {
                return end;
            }
        }

        throw new InvalidOperationException($"0x{address:X8} faults again and again");
    }

    /// <summary>A program's access. What a core may or may not be let do while another is at work, it is not let do.</summary>
    /// <returns>
    /// <see cref="FaultOutcome.Resolved"/> when it reaches what lies at <paramref name="physical"/>; why it is refused; null when it
    /// faulted, and may be tried again.
    /// </returns>
    public FaultOutcome? Attempt(AddressSpace space, uint address, AccessKind kind, int core, out PhysicalAddress physical)
    {
        IReadOnlyList<Answer> answers = Machine.Cores[core].PossibleAnswers(new VirtualAddress(address), kind, Privilege.User);
        Answer refusal = answers.FirstOrDefault(answer => answer.Fault != FaultCode.None);
        if (refusal.Fault == FaultCode.None)
        {
            physical = new PhysicalAddress(answers.Select(answer => answer.Physical).Distinct().Single());
            return FaultOutcome.Resolved;
        }

        physical = default;
        FaultReport report = new(
            (FaultStatus)refusal.Fault,
            kind == AccessKind.Write ? FaultAccess.Write : FaultAccess.Read,
            new VirtualAddress(address),
            1);
        FaultOutcome outcome = space.Resolve(ref Cores[core], ref Memory.Frames, in report);
        return outcome == FaultOutcome.Resolved ? null : outcome;
    }

    // The kernel closes the domain of the user half; a program runs with it open.
    public void OpenUser()
    {
        for (int core = 0; core < Cores.Length; core++)
        {
            Cores[core].WriteRegister(SystemRegister.DomainAccessControl, 5);
            Cores[core].SynchronizeContext();
        }
    }

    public FaultCode FaultOf(uint address, int core = 0) =>
        Machine.Cores[core].Read(new VirtualAddress(address), Privilege.User).Fault;

    public FaultCode WriteFaultOf(uint address, int core = 0) =>
        Machine.Cores[core].Write(new VirtualAddress(address), 0, Privilege.User).Fault;

    public uint AsidWordOf(AddressSpace space)
    {
        space.ReadState(ref Cores[0], out AddressSpaceState state);
        return state.AsidWord;
    }

    public (uint Pages, uint Second, uint First) Held
    {
        get
        {
            Memory.Frames.GetStatistics(ref Cores[0], out FrameStatistics statistics);
            return (statistics.Pages, statistics.SecondLevelTables, statistics.FirstLevelTables);
        }
    }

    public void Dispose() => Machine.Dispose();
}
