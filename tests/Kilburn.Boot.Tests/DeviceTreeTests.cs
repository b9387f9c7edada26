using System;
using CsCheck;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;
using Xunit;

namespace Kilburn.Boot.Tests;

public sealed class DeviceTreeTests
{
    [Fact]
    public void TryReadMemory_BankPast4GiB_IsCutThere()
    {
        byte[] tree = new DeviceTreeWriter()
            .Begin("").Words("#address-cells", 2).Words("#size-cells", 2)
            .Begin("memory@c0000000").Words("reg", 0, 0xC000_0000, 1, 0, 1, 0, 0, 0x1000_0000).Close()
            .Close()
            .ToArray();
        MemoryMap map = default;

        Assert.Equal(DeviceTreeStatus.Ok, DeviceTree.TryReadMemory(tree, ref map));
        Assert.Equal(1, map.BankCount);
        Assert.Equal(0xC000_0000u, map.GetBank(0).Start.Value);
        Assert.Equal(0x4000_0000u, map.GetBank(0).LengthInBytes);
    }

    [Fact]
    public void TryReadMemory_BanksOverlap_IsUnusable()
    {
        byte[] tree = Tree(["memory@0"], 0, 0x2000_0000, 0x1000_0000, 0x1000_0000);
        MemoryMap map = default;

        Assert.Equal(DeviceTreeStatus.Unusable, DeviceTree.TryReadMemory(tree, ref map));
    }

    [Fact]
    public void TryReadMemory_NoMemoryNode_IsNoMemory()
    {
        byte[] tree = Tree(["memories@0"], 0, 0x2000_0000);
        MemoryMap map = default;

        Assert.Equal(DeviceTreeStatus.NoMemory, DeviceTree.TryReadMemory(tree, ref map));
    }

    [Fact]
    public void TryReadMemory_MemoryBelowAnotherNode_IsNotTaken()
    {
        byte[] tree = Tree(["soc", "memory@0"], 0, 0x2000_0000);
        MemoryMap map = default;

        Assert.Equal(DeviceTreeStatus.NoMemory, DeviceTree.TryReadMemory(tree, ref map));
    }

    [Fact]
    public void TryReadMemory_NoTree_IsNone()
    {
        MemoryMap map = default;

        Assert.Equal(DeviceTreeStatus.None, DeviceTree.TryReadMemory(new byte[64], ref map));
    }

    [Fact]
    public void TryReadMemory_AnyBytesDamaged_EndsWithAStatus()
    {
        byte[] tree = new DeviceTreeWriter()
            .Reserve(0x0300_0000, 0x1000)
            .Begin("").Words("#address-cells", 1).Words("#size-cells", 1)
            .Begin("chosen").Words("linux,initrd-start", 0x0400_0000).Words("linux,initrd-end", 0x0400_8000).Close()
            .Begin("memory@0").Text("device_type", "memory").Words("reg", 0, 0x1C00_0000, 0x2000_0000, 0x1B00_0000).Close()
            .Begin("reserved-memory").Words("#address-cells", 1).Words("#size-cells", 1)
            .Begin("linux,cma@10000000").Words("reg", 0x1000_0000, 0x10_0000).Close()
            .Close()
            .Close()
            .ToArray();
        Gen<(int Index, byte Value)> damage = Gen.Select(Gen.Int[0, tree.Length - 1], Gen.Byte);

        Gen.Select(damage.Array[1, 8], Gen.Int[0, tree.Length]).Sample((changes, length) =>
        {
            byte[] damaged = [.. tree];
            foreach ((int index, byte value) in changes)
            {
                damaged[index] = value;
            }

            MemoryMap map = default;
            bool isWhole = DeviceTree.TryReadMemory(damaged, ref map) is >= DeviceTreeStatus.Ok and <= DeviceTreeStatus.Unusable;
            map = default;
            return isWhole
                && DeviceTree.TryReadMemory(damaged.AsSpan(0, length), ref map) is >= DeviceTreeStatus.Ok and <= DeviceTreeStatus.Unusable
                && EveryBankIsARange(in map);
        });
    }

    private static bool EveryBankIsARange(in MemoryMap map)
    {
        for (int index = 0; index < map.BankCount; index++)
        {
            PhysicalRange bank = map.GetBank(index);
            if (bank.IsEmpty || bank.LengthInBytes - 1 > uint.MaxValue - bank.Start.Value)
            {
                return false;
            }
        }

        return true;
    }

    private static byte[] Tree(string[] path, params ReadOnlySpan<uint> ranges)
    {
        DeviceTreeWriter writer = new DeviceTreeWriter().Begin("").Words("#address-cells", 1).Words("#size-cells", 1);
        foreach (string name in path)
        {
            writer.Begin(name);
        }

        writer.Words("reg", ranges);
        for (int depth = 0; depth <= path.Length; depth++)
        {
            writer.Close();
        }

        return writer.ToArray();
    }
}
