using System;
using Kilburn.Armv7;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;

namespace Kilburn.Kernel.Board;

/// <summary>What lies where in physical memory: memory for the kernel, the GPU's, devices, the device tree, each apart.</summary>
internal struct BoardMemory
{
    /// <summary>Longest device tree that is read.</summary>
    private const uint LongestTree = 512 * 1024;

    /// <summary>Banks and reserved ranges.</summary>
    internal MemoryMap Map;

    /// <summary>The VideoCore's part; empty when it does not tell.</summary>
    internal PhysicalRange Gpu;

    /// <summary>The device tree; empty without one.</summary>
    internal PhysicalRange Tree;

    /// <summary>Who told.</summary>
    internal MemorySource Source;

    /// <summary>What became of the device tree.</summary>
    internal DeviceTreeStatus TreeStatus;

    /// <summary>Finds the memory: the device tree tells, or else the VideoCore.</summary>
    /// <param name="machine">This core.</param>
    /// <param name="deviceTree">What firmware left in r2: the tree's physical address, or zero.</param>
    /// <returns>False when neither tells; nothing can be started then.</returns>
    internal bool TryFind(ref ArmV7Machine machine, uint deviceTree)
    {
        TreeStatus = deviceTree == 0
            ? DeviceTreeStatus.None
            : ReadTree(ref machine, new PhysicalAddress(deviceTree));
        _ = Mailbox.TryGetVideoCoreMemory(ref machine, out Gpu); // empty then: it lies in no bank either
        if (TreeStatus == DeviceTreeStatus.Ok)
        {
            Source = MemorySource.DeviceTree;
        }
        else
        {
            Map = default;
            Tree = default;
            if (!Mailbox.TryGetArmMemory(ref machine, out PhysicalRange memory) || Map.TryAddBank(memory) != VmStatus.Ok)
            {
                return false;
            }

            Source = MemorySource.VideoCore;
        }

        return KeepApart();
    }

    /// <summary>Reserves what is nobody's to give, should a bank reach over it.</summary>
    private bool KeepApart() =>
        (Gpu.IsEmpty || Map.TryReserve(Gpu) == VmStatus.Ok)
        && (Tree.IsEmpty || Map.TryReserve(Tree) == VmStatus.Ok)
        && (BootImage.Current.Archive.IsEmpty || Map.TryReserve(BootImage.Current.Archive) == VmStatus.Ok);

    private DeviceTreeStatus ReadTree(ref ArmV7Machine machine, PhysicalAddress start)
    {
        PhysicalRange header = new(start, DeviceTree.HeaderBytes);
        if (!start.IsAligned(sizeof(uint))
            || start.Value >= Peripherals.Shared.Start.Value - LongestTree
            || !EarlyMappings.TryMapMemory(ref machine, header, out VirtualAddress headerAddress)
            || !DeviceTree.TryGetLength(Bytes(headerAddress, header.LengthInBytes), out uint length))
        {
            return DeviceTreeStatus.None;
        }

        Tree = new PhysicalRange(start, length);
        return length <= LongestTree && EarlyMappings.TryMapMemory(ref machine, Tree, out VirtualAddress address)
            ? DeviceTree.TryReadMemory(Bytes(address, length), ref Map)
            : DeviceTreeStatus.Unusable;
    }

    private static unsafe ReadOnlySpan<byte> Bytes(VirtualAddress address, uint length) =>
        new((void*)address.Value, (int)length);
}
