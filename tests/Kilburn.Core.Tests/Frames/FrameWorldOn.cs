using System;
using System.Collections.Generic;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Xunit;

namespace Kilburn.Core.Tests.Frames;

/// <summary>Memory, and an allocator over it.</summary>
/// <typeparam name="TMachine">The machine of each core.</typeparam>
internal abstract class FrameWorldOn<TMachine> : IDisposable
    where TMachine : struct, IMachine
{
    private FrameAllocator _frames;

    public ref FrameAllocator Frames => ref _frames;

    public FrameStatistics Statistics
    {
        get
        {
            TMachine machine = Core(0);
            _frames.GetStatistics(ref machine, out FrameStatistics statistics);
            return statistics;
        }
    }

    public abstract TMachine Core(uint index);

    /// <summary>Looks whether a core holds no lock and its interrupts are as they were.</summary>
    public abstract bool IsIdle(uint core);

    public VmStatus TryStart(in MemoryMap map, uint firstUsable)
    {
        TMachine machine = Core(0);
        return _frames.TryStart(ref machine, map, new PhysicalAddress(firstUsable));
    }

    public VmStatus Allocate(FrameUse use, out uint address, FrameContents contents = FrameContents.AsLeft, uint core = 0)
    {
        TMachine machine = Core(core);
        VmStatus status = _frames.Allocate(ref machine, use, out address, contents);
        Assert.True(IsIdle(core));
        return status;
    }

    public uint Take(FrameUse use, uint core = 0)
    {
        Assert.Equal(VmStatus.Ok, Allocate(use, out uint address, FrameContents.AsLeft, core));
        return address;
    }

    /// <summary>Takes until there is no more.</summary>
    public List<uint> TakeAll(FrameUse use, uint core = 0)
    {
        List<uint> taken = [];
        while (Allocate(use, out uint address, FrameContents.AsLeft, core) == VmStatus.Ok)
        {
            taken.Add(address);
        }

        return taken;
    }

    public VmStatus Free(FrameUse use, uint address, uint core = 0)
    {
        TMachine machine = Core(core);
        VmStatus status = _frames.Free(ref machine, use, address);
        Assert.True(IsIdle(core));
        return status;
    }

    public VmStatus Share(uint address, uint core = 0)
    {
        TMachine machine = Core(core);
        return _frames.TrySharePage(ref machine, new PhysicalAddress(address));
    }

    public FrameDescription Describe(uint address)
    {
        TMachine machine = Core(0);
        _frames.Describe(ref machine, new PhysicalAddress(address), out FrameDescription description);
        return description;
    }

    public void Drain(uint core)
    {
        TMachine machine = Core(core);
        _frames.Drain(ref machine);
    }

    public void DrainAll()
    {
        for (uint core = 0; core < (uint)TMachine.CoreCount; core++)
        {
            Drain(core);
        }
    }

    public virtual void Dispose() => GC.SuppressFinalize(this);
}
