using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Tables;
using Kilburn.Model;

namespace Kilburn.Campaigns.Workloads;

/// <content>MMIO mappings.</content>
public sealed partial class Workload<TProfile>
{
    private const int MostMappings = 8;

    private readonly Dictionary<uint, PhysicalRange> _devices = [];

    private (int Weight, Action Run)[] DeviceOperations() => [(3, MapDevice), (3, UnmapDevice), (1, RefuseMemoryAsDevice)];

    private void MapDevice()
    {
        if (_devices.Count == MostMappings)
        {
            return;
        }

        uint offset = (uint)_random.Next((int)DeviceLength - 0x5000);
        PhysicalRange range = new(new PhysicalAddress(DeviceBase + offset), (uint)_random.Next(1, 0x5000));
        ref ModelMachine<TProfile> core = ref AnyCore();
        VmStatus status = _memory.TryMapDevice(ref core, range, out VirtualAddress address);
        if (status == VmStatus.OutOfFrames)
        {
            return;
        }

        Expect(VmStatus.Ok, status, "device mapping");
        _devices.Add(address.Value, range);
        CheckDevice(address.Value, range);
    }

    private void UnmapDevice()
    {
        if (_devices.Count == 0)
        {
            return;
        }

        uint address = Pick(_devices.Keys.ToList());
        CheckDevice(address, _devices[address]);
        ref ModelMachine<TProfile> core = ref AnyCore();
        Expect(VmStatus.Ok, _memory.TryUnmapDevice(ref core, new VirtualAddress(address)), "device unmapping");
        TranslationAnswer answer = TranslationAnswer.Ask(ref core, new VirtualAddress(address), TranslationAccess.KernelRead);
        Check(answer.Status != Core.Faults.FaultStatus.None, "a device is seen after its unmapping");
        _ = _devices.Remove(address);
        VmStatus again = _memory.TryUnmapDevice(ref AnyCore(), new VirtualAddress(address));
        Check(again != VmStatus.Ok, "a second unmapping of a device succeeds");
    }

    private void RefuseMemoryAsDevice()
    {
        PhysicalRange memory = new(new PhysicalAddress(0x0040_0000), 4);
        Expect(VmStatus.MemoryConflict, _memory.TryMapDevice(ref AnyCore(), memory, out _), "memory as a device");
    }

    private void CheckDevice(uint address, PhysicalRange range)
    {
        ref ModelMachine<TProfile> core = ref AnyCore();
        foreach (uint offset in new[] { 0u, range.LengthInBytes - 1 })
        {
            TranslationAnswer answer = TranslationAnswer.Ask(ref core, new VirtualAddress(address + offset), TranslationAccess.KernelWrite);
            Check(
                answer.Status == Core.Faults.FaultStatus.None && answer.Physical == range.Start.Add(offset),
                $"the device at 0x{range.Start.Value + offset:X8} is not at 0x{address + offset:X8}");
        }
    }

    private void EndDevices()
    {
        foreach (uint address in _devices.Keys.ToList())
        {
            Expect(VmStatus.Ok, _memory.TryUnmapDevice(ref _cores[0], new VirtualAddress(address)), "device unmapping at the end");
        }

        _devices.Clear();
    }
}
