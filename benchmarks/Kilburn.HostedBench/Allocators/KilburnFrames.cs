using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;

namespace Kilburn.HostedBench.Allocators;

/// <summary>The frame allocator of the kernel, unchanged.</summary>
public unsafe struct KilburnFrames : IFrameSource
{
    private const uint KernelEnd = 0x0010_0000;
    private const int MibShift = 20;
    private const uint LineInBytes = 64;

    private byte* _memory;
    private FrameAllocator* _frames;
    private NativeMachine* _machines; // [core]

    /// <inheritdoc/>
    public static string Name => "Kilburn";

    /// <inheritdoc/>
    public void Start(uint memoryInMiB)
    {
        uint lengthInBytes = memoryInMiB << MibShift;
        _memory = (byte*)NativeMemory.AlignedAlloc(lengthInBytes, 1u << MibShift);
        _frames = (FrameAllocator*)NativeMemory.AlignedAlloc((nuint)sizeof(FrameAllocator), LineInBytes);
        NativeMemory.Clear(_frames, (nuint)sizeof(FrameAllocator));
        MemoryMap map = default;
        Require(map.TryAddBank(new PhysicalRange(default, lengthInBytes)));
        _machines = (NativeMachine*)NativeMemory.Alloc((nuint)FrameAllocator.CoreCapacity, (nuint)sizeof(NativeMachine));
        for (uint core = 0; core < FrameAllocator.CoreCapacity; core++)
        {
            _machines[core] = new NativeMachine(_memory, core);
        }

        Require(_frames->TryStart(ref *_machines, in map, new PhysicalAddress(KernelEnd)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Take(uint core, int order)
    {
        ref NativeMachine machine = ref _machines[core];
        PhysicalAddress block;
        _ = order == FrameOrder.Page
            ? _frames->TryAllocatePage(ref machine, FrameContents.AsLeft, out block)
            : _frames->TryAllocateBlock(ref machine, UseOf(order), FrameContents.AsLeft, out block);
        return block.Value;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Give(uint core, uint address, int order)
    {
        ref NativeMachine machine = ref _machines[core];
        VmStatus status = order == FrameOrder.Page
            ? _frames->TryFreePage(ref machine, new PhysicalAddress(address))
            : _frames->TryFreeBlock(ref machine, UseOf(order), new PhysicalAddress(address));
        if (status != VmStatus.Ok)
        {
            Refused(status);
        }
    }

    /// <inheritdoc/>
    public readonly void Drain(uint core)
    {
        _frames->Drain(ref _machines[core]);
    }

    /// <inheritdoc/>
    public readonly void End()
    {
        NativeMemory.Free(_machines);
        NativeMemory.AlignedFree(_frames);
        NativeMemory.AlignedFree(_memory);
    }

    private static FrameUse UseOf(int order) => order == FrameOrder.LargePage ? FrameUse.LargeBlock : FrameUse.SectionBlock;

    private static void Require(VmStatus status)
    {
        if (status != VmStatus.Ok)
        {
            Refused(status);
        }
    }

    private static void Refused(VmStatus status) => throw new InvalidOperationException($"the allocator refuses: {status}");
}
