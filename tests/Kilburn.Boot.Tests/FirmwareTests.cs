using System;
using System.Buffers.Binary;
using System.Linq;
using Xunit;

namespace Kilburn.Boot.Tests;

public sealed class FirmwareTests
{
    [Fact]
    public void Firmware_EntersInHypWithTree_TreeTellsTheMemory()
    {
        byte[] tree = Tree()
            .Begin("memory@0").Text("device_type", "memory").Words("reg", 0, 0x3B40_0000).Close()
            .Close()
            .ToArray();

        Emulator run = Emulator.BootThroughFirmware(BuiltFiles.RawKernel, tree, "machine; cores");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("start: the user table pointer is cleared", run.Lines);
        Assert.Contains("machine: entered in HYP mode", run.Lines);
        Assert.Equal(3, run.Lines.Count(line => line is "core 1: online, idle" or "core 2: online, idle" or "core 3: online, idle"));
        Assert.Contains("machine: told by the device tree", run.Lines);
        Assert.Contains("machine: memory 0x00000000, 948M", run.Lines);
        Assert.Contains($"machine: device tree 0x02000000, {tree.Length}", run.Lines);
    }

    [Fact]
    public void Firmware_TreeWithBanksAndReservations_AllAreKept()
    {
        byte[] tree = Tree()
            .Reserve(0x0300_0000, 0x1000)
            .Begin("chosen").Words("linux,initrd-start", 0x0400_0000).Words("linux,initrd-end", 0x0400_8000).Close()
            .Begin("memory@0").Text("device_type", "memory").Words("reg", 0, 0x1C00_0000, 0x2000_0000, 0x1B00_0000).Close()
            .Begin("reserved-memory").Words("#address-cells", 1).Words("#size-cells", 1)
            .Begin("linux,cma@10000000").Words("reg", 0x1000_0000, 0x10_0000).Close()
            .Close()
            .Close()
            .ToArray();

        Emulator run = Emulator.BootThroughFirmware(BuiltFiles.RawKernel, tree, "machine; walk 0x9C000000; walk 0xA0000000");

        Assert.True(run.ExitCode == 1 || run.ExitCode == 0, run.Output);
        Assert.Contains("machine: memory 0x00000000, 448M", run.Lines);
        Assert.Contains("machine: memory 0x20000000, 432M", run.Lines);
        Assert.Contains("machine: reserved 0x03000000, 4K", run.Lines);
        Assert.Contains("machine: reserved 0x04000000, 32K", run.Lines);
        Assert.Contains("machine: reserved 0x10000000, 1M", run.Lines);
        Assert.Contains("0x9C000000: translation fault, first level", run.Lines);
    }

    [Fact]
    public void Firmware_TreeOf64BitCells_IsRead()
    {
        byte[] tree = new DeviceTreeWriter()
            .Begin("").Words("#address-cells", 2).Words("#size-cells", 2)
            .Begin("memory").Text("device_type", "memory").Words("reg", 0, 0, 0, 0x1000_0000, 1, 0, 0, 0x1000_0000).Close()
            .Close()
            .ToArray();

        Emulator run = Emulator.BootThroughFirmware(BuiltFiles.RawKernel, tree, "machine");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("machine: memory 0x00000000, 256M", run.Lines);
    }

    [Fact]
    public void Firmware_TreeIsDamaged_VideoCoreTells()
    {
        byte[] tree = Tree().Begin("memory@0").Words("reg", 0, 0x1000_0000).Close().Close().ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(tree.AsSpan((int)FirstToken(tree)), 0x0000_00FF);

        Emulator run = Emulator.BootThroughFirmware(BuiltFiles.RawKernel, tree, "machine");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("machine: told by the VideoCore", run.Lines);
        Assert.Contains("machine: memory 0x00000000, 960M", run.Lines);
    }

    private static uint FirstToken(ReadOnlySpan<byte> tree) =>
        BinaryPrimitives.ReadUInt32BigEndian(tree[DeviceTreeWriter.StructureField..]);

    private static DeviceTreeWriter Tree() =>
        new DeviceTreeWriter().Begin("").Words("#address-cells", 1).Words("#size-cells", 1);
}
