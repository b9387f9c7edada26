using System;
using System.Collections.Generic;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Kernel;
using Kilburn.Core.Spaces;
using Kilburn.Model.Boot;
using Kilburn.Model.Checking;
using Kilburn.Model.Cores;
using Kilburn.Model.Memory;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;

namespace Kilburn.Model.Tests.Scheduling;

/// <summary>Kilburn's own memory system on a hostile machine, with a program for each core.</summary>
internal sealed class KernelWorld<TProfile> : IDisposable
    where TProfile : struct, IProcessorProfile
{
    private const int SharedSpaces = 3;
    private const uint MemoryLength = 4u << 20;
    private const uint OpenDomains = 5;
    private const uint KernelDomains = 1;

    private readonly List<AddressSpace> _shared = [];
    private VirtualMemory _memory;

    public KernelWorld()
    {
        Machine = Machine.Create<TProfile>(
            new MachineOptions { Banks = [MemoryBank.Memory(0, MemoryLength)], Tlb = TlbModel.Hostile });
        BootedKernel kernel = BootCode.Run<TProfile>(Machine);
        ModelMachine<TProfile> core = Machine.GetCore<TProfile>(0);
        NoReporter reporter = default;
        KernelImage image = kernel.Image;
        MemoryMap map = kernel.Map;
        Require(_memory.TryStart(ref core, ref reporter, in image, in map));
        for (int index = 1; index < TProfile.CoreCount; index++)
        {
            BootCode.StartCore<TProfile>(Machine, kernel, index);
        }

        for (int index = 0; index < SharedSpaces; index++)
        {
            Require(_memory.Spaces.TryCreate(ref core, ref _memory.Frames, out AddressSpace space));
            _shared.Add(space);
        }
    }

    public Machine Machine { get; }

    public int Checked { get; private set; }

    public void Dispose() => Machine.Dispose();

    /// <summary>Operations on spaces that other cores use too, and on one of the core's own.</summary>
    public void Run(int coreIndex, int seed, int operations)
    {
        ModelMachine<TProfile> core = Machine.GetCore<TProfile>(coreIndex);
        Random random = new(seed);
        AddressSpace? own = null;
        for (int operation = 0; operation < operations; operation++)
        {
            AddressSpace space = _shared[random.Next(SharedSpaces)];
            VirtualAddress page = new(0x0010_0000u * (uint)(1 + random.Next(2)) + (0x1000u * (uint)random.Next(2)));
            switch (random.Next(8))
            {
                case 0:
                case 1:
                    Require(_memory.Spaces.TryActivate(ref core, space));
                    break;
                case 2:
                    _memory.Spaces.Leave(ref core);
                    break;
                case 3:
                    _ = space.TryMapNewPage(
                        ref core, ref _memory.Frames, page, AccessPermission.ReadWrite, Execution.Never, out _);
                    break;
                case 4:
                    _ = space.TryUnmapPage(ref core, ref _memory.Frames, page);
                    break;
                case 5:
                    _ = space.TryProtect(ref core, page, 1, AccessPermission.Read, Execution.Never);
                    break;
                default:
                    own = LiveAlone(ref core, own, page, (uint)random.Next());
                    break;
            }
        }
    }

    // A space of the core's own: nobody races, so what is written is read, and what is unmapped faults.
    private AddressSpace? LiveAlone(ref ModelMachine<TProfile> core, AddressSpace? own, VirtualAddress page, uint word)
    {
        if (own is AddressSpace old)
        {
            _memory.Spaces.Leave(ref core);
            Require(_memory.Spaces.TryDestroy(ref core, ref _memory.Frames, old));
            return null;
        }

        Require(_memory.Spaces.TryCreate(ref core, ref _memory.Frames, out AddressSpace space));
        Require(_memory.Spaces.TryActivate(ref core, space));
        Require(space.TryMapNewPage(
            ref core, ref _memory.Frames, page, AccessPermission.ReadWrite, Execution.Never, out PhysicalAddress frame));
        ProcessorCore program = core.Core;
        core.WriteRegister(SystemRegister.DomainAccessControl, OpenDomains);
        core.SynchronizeContext();
        Check(!program.Write(page, word, Privilege.User).IsFault);
        Check(program.Read(page, Privilege.User) is { IsFault: false } read && read.Value == word && read.Physical == frame);
        Require(space.TryUnmapPage(ref core, ref _memory.Frames, page));
        Check(program.Read(page, Privilege.User).IsFault);
        core.WriteRegister(SystemRegister.DomainAccessControl, KernelDomains);
        core.SynchronizeContext();
        Checked++;
        return space;
    }

    private static void Require(VmStatus status)
    {
        if (status != VmStatus.Ok)
        {
            throw new InvalidOperationException($"refused: {status}");
        }
    }

    private static void Check(bool holds)
    {
        if (!holds)
        {
            throw new InvalidOperationException("A program sees what it should not.");
        }
    }

    private readonly struct NoReporter : IStartReporter
    {
        public void Report(ref VirtualMemory memory, StartStep step)
        {
        }
    }
}
