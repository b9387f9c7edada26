using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Inspector;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;
using Xunit;

namespace Kilburn.Cli.Tests.Translation;

public sealed class LongFormatTests
{
    private const uint Extended = 1u << 31;
    private const ulong AccessFlag = 1ul << 10;
    private const ulong ExecuteNever = 1ul << 54;
    private const ulong KernelExecuteNever = 1ul << 53;
    private const ulong ReadOnly = 1ul << 7;
    private const ulong User = 1ul << 6;
    private const ulong NotGlobal = 1ul << 11;

    // T0SZ, T1SZ, address, register and level of the first table, offset in it. Source: ARM DDI 0406C.d, B3.6.5.
    [Theory]
    [InlineData(0, 0, 0xC000_0000u, "TTBR0", 1, 3)]
    [InlineData(0, 2, 0xC000_0000u, "TTBR1", 2, 0)]
    [InlineData(0, 2, 0xFFFF_FFFFu, "TTBR1", 2, 511)]
    [InlineData(0, 2, 0xBFFF_FFFFu, "TTBR0", 1, 2)]
    [InlineData(1, 0, 0x8000_0000u, "TTBR1", 1, 2)]
    [InlineData(1, 1, 0x8000_0000u, "TTBR1", 1, 0)]
    [InlineData(1, 1, 0x7FFF_FFFFu, "TTBR0", 1, 1)]
    [InlineData(2, 0, 0x3FFF_FFFFu, "TTBR0", 2, 511)]
    [InlineData(7, 7, 0xFE00_0000u, "TTBR1", 2, 0)]
    [InlineData(7, 7, 0x01FF_FFFFu, "TTBR0", 2, 15)]
    public void Walk_BeginsWhereTheSizesSay(int size0, int size1, uint address, string register, int level, int index)
    {
        SparseMemory memory = new();
        memory.Add(new AddressRange(0, 0x2_0000));
        GuestRegisters registers = Registers(size0, size1);
        Walk walk = new TranslationTables(registers, memory).Walk(address, AccessKind.Read, Privilege.Kernel);
        Assert.Equal(register, walk.Root!.Register);
        WalkStep step = Assert.Single(walk.Steps);
        Assert.Equal(level, step.Level);
        Assert.Equal((register == "TTBR0" ? 0x4000u : 0x8000u) + (8u * (uint)index), step.Slot);
        Assert.Equal(new WalkFault(FaultReason.Translation, level), walk.Fault);
    }

    [Fact]
    public void Walk_BetweenTheParts_Faults()
    {
        SparseMemory memory = new();
        memory.Add(new AddressRange(0, 0x2_0000));
        Walk walk = new TranslationTables(Registers(2, 2), memory).Walk(0x8000_0000, AccessKind.Read, Privilege.Kernel);
        Assert.Null(walk.Root);
        Assert.Equal(new WalkFault(FaultReason.Translation, 1), walk.Fault);
    }

    // The last descriptor, what the links add, and the rights of kernel and user. B3.7.1, B3.7.2.
    [Theory]
    [InlineData(0ul, 0ul, "rwx", "---")]
    [InlineData(User, 0ul, "rwx", "rwx")]
    [InlineData(ReadOnly, 0ul, "r-x", "---")]
    [InlineData(ReadOnly | User, 0ul, "r-x", "r-x")]
    [InlineData(ExecuteNever | User, 0ul, "rw-", "rw-")]
    [InlineData(KernelExecuteNever | User, 0ul, "rw-", "rwx")]
    [InlineData(User, 1ul << 61, "rwx", "---")]
    [InlineData(User, 1ul << 62, "r-x", "r-x")]
    [InlineData(User, 1ul << 60, "rw-", "rw-")]
    [InlineData(User, 1ul << 59, "rw-", "rwx")]
    public void Rights_CombineThePageWithItsLinks(ulong page, ulong link, string kernel, string user)
    {
        SparseMemory memory = new();
        memory.Add(new AddressRange(0x4000, 0x3000));
        Put(memory, 0x4000, 0x5000 | 3 | link);
        Put(memory, 0x5000, 0x6000 | 3);
        Put(memory, 0x6008, 0x12_3456_7000 | AccessFlag | (3ul << 8) | page | 3);
        Walk walk = new TranslationTables(Registers(0, 0), memory).Walk(0x1234, AccessKind.Read, Privilege.Kernel);
        PageAttributes attributes = walk.Leaf!.Value.Attributes;
        Assert.Equal(0x12_3456_7234ul, walk.Physical);
        Assert.Equal((kernel, user), (Words.Of(attributes.Kernel), Words.Of(attributes.User)));
        Assert.Equal(MemoryAttributes.Normal(CachePolicy.WriteBackAllocate, Shareability.Inner), attributes.Memory);
        Assert.Equal([1, 2, 3], walk.Steps.Select(step => step.Level));
    }

    [Fact]
    public void Scan_FindsBlocksOfAllSizes()
    {
        SparseMemory memory = new();
        memory.Add(new AddressRange(0x4000, 0x3000));
        Put(memory, 0x4000, 0x5000 | 3);
        Put(memory, 0x4008, 0x4000_0000 | AccessFlag | NotGlobal | 1);
        Put(memory, 0x5008, 0x0060_0000 | AccessFlag | (1ul << 2) | 1);
        Put(memory, 0x5010, 0x6000 | 3);
        Put(memory, 0x6FF8, 0x7000 | AccessFlag | (2ul << 2) | 3);
        List<Leaf> leaves = new TranslationTables(Registers(0, 0), memory).Scan().Leaves;
        Assert.Equal(
            [(0x0020_0000u, 0x20_0000ul, 0x60_0000ul), (0x005F_F000u, 0x1000ul, 0x7000ul), (0x4000_0000u, 0x4000_0000ul, 0x4000_0000ul)],
            leaves.Select(leaf => (leaf.Address, leaf.LengthInBytes, leaf.Physical)));
        Assert.Equal(CachePolicy.NonCacheable, leaves[0].Attributes.Memory.Inner);
        Assert.Equal(MemoryKind.StronglyOrdered, leaves[1].Attributes.Memory.Kind);
        Assert.False(leaves[2].Attributes.IsGlobal);
    }

    [Fact]
    public void Scan_OfATableThatLinksToItself_Ends()
    {
        SparseMemory memory = new();
        memory.Add(new AddressRange(0x4000, 0x1000));
        for (uint slot = 0x4000; slot < 0x5000; slot += 8)
        {
            Put(memory, slot, 0x4000 | AccessFlag | 3);
        }

        TableScan scan = new TranslationTables(Registers(0, 0), memory).Scan();
        Assert.Equal(4 * 512 * 512, scan.Leaves.Count);
    }

    [Fact]
    public void Walk_WithAClearAccessFlag_FaultsAtItsLevel()
    {
        SparseMemory memory = new();
        memory.Add(new AddressRange(0x4000, 0x1000));
        Put(memory, 0x4000, 0x4000_0000 | 1);
        Walk walk = new TranslationTables(Registers(0, 0), memory).Walk(0, AccessKind.Read, Privilege.Kernel);
        Assert.Equal(new WalkFault(FaultReason.AccessFlag, 1), walk.Fault);
        Assert.Equal(0b001001, walk.Fault.Code(true));
    }

    private static GuestRegisters Registers(int size0, int size1) => new()
    {
        SystemControl = 1,
        TableControl = Extended | (uint)size0 | ((uint)size1 << 16),
        TableBase0 = 0x4000,
        TableBase1 = 0x8000,
        PrimaryRemap = 0x0000_44FF,
        NormalRemap = 0,
    };

    private static void Put(SparseMemory memory, ulong address, ulong word)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, word);
        memory.Write(address, bytes);
    }
}
