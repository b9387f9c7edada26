using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using CsCheck;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;
using Kilburn.Core.Tests.Spaces;
using Kilburn.Kernel.Programs;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;
using Xunit;

namespace Kilburn.Kernel.Tests.Programs;

public sealed class ProgramLoaderTests
{
    private const uint Stack = 0x7FE0_0000;
    private const uint StackTop = 0x7FF0_0000;

    [Fact]
    public void TryLoad_TypicalProgram_MapsItsPartsWithTheirRights()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        Assert.Equal(VmStatus.Ok, TryLoad(fixture, space, ElfWriter.Typical().Write(), "one two"u8, out LoadedProgram loaded));
        Assert.Equal(0x1_0001u, loaded.Entry);
        Assert.Equal(
            [
                (0x1_0000u, 0x2000u, RangeKind.Anonymous, UserRights.ReadExecute, 2u),
                (0x1_2000u, 0x1000u, RangeKind.Anonymous, UserRights.Read, 1u),
                (0x1_3000u, 0x3000u, RangeKind.Anonymous, UserRights.ReadWrite, 1u),
                (Stack - 0x1000, 0x1000u, RangeKind.StackGuard, UserRights.None, 0u),
                (Stack, StackTop - Stack, RangeKind.Anonymous, UserRights.ReadWrite, 1u),
            ],
            fixture.RegionsOf(space));
    }

    [Fact]
    public void TryLoad_TypicalProgram_HasContentsAndZeroes()
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        Assert.Equal(VmStatus.Ok, TryLoad(fixture, space, ElfWriter.Typical().Write(), default, out _));
        Assert.Equal([.. ElfWriter.Pattern(0x1234, 1), .. new byte[0x2000 - 0x1234]], Read(fixture, space, 0x1_0000, 0x2000));
        Assert.Equal([.. ElfWriter.Pattern(0x80, 2), .. new byte[0xF80]], Read(fixture, space, 0x1_2000, 0x1000));
        Assert.Equal([.. ElfWriter.Pattern(0x203, 3), .. new byte[0x3000 - 0x203]], Read(fixture, space, 0x1_3000, 0x3000));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(1024)]
    public void TryLoad_Arguments_LieOnTheStackAboveItsPointer(int length)
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        byte[] arguments = ElfWriter.Pattern(length, 9);
        Assert.Equal(VmStatus.Ok, TryLoad(fixture, space, ElfWriter.Typical().Write(), arguments, out LoadedProgram loaded));
        Assert.Equal(0u, loaded.StackPointer.Value % 8);
        Assert.InRange(loaded.StackPointer.Value, Stack, loaded.Arguments.Value);
        Assert.Equal((uint)length, loaded.ArgumentsLengthInBytes);
        Assert.InRange(loaded.Arguments.Value + (uint)length, Stack, StackTop);
        Assert.Equal(arguments, Read(fixture, space, loaded.Arguments.Value, (uint)length));
    }

    [Fact]
    public void TryLoad_SegmentAcrossPagesAtAnOddAddress_HasItsBytesInPlace()
    {
        ElfWriter writer = ElfWriter.Typical();
        byte[] contents = ElfWriter.Pattern(0x2801, 4);
        writer.Segments.Add(new(0x20_0FFD, contents, 0x2803, ElfWriter.Read, Alignment: 1));
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        Assert.Equal(VmStatus.Ok, TryLoad(fixture, space, writer.Write(), default, out _));
        Assert.Equal(
            [.. new byte[0xFFD], .. contents, .. new byte[0x4000 - 0xFFD - 0x2801]], Read(fixture, space, 0x20_0000, 0x4000));
    }

    [Fact]
    public void TryLoad_AGigabyteOfZeroes_TakesNoMemoryForThem()
    {
        ElfWriter writer = ElfWriter.Typical();
        writer.Segments.Add(new(0x1000_0000, [1], 0x4000_0000, ElfWriter.ReadWrite));
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        Assert.Equal(VmStatus.Ok, TryLoad(fixture, space, writer.Write(), default, out _));
        Assert.Equal(6u, fixture.CountersOf(space).ResidentPages);
    }

    [Fact]
    public void TryLoad_ArgumentsTooLong_LeavesTheSpaceEmpty() =>
        Fails(ElfWriter.Typical().Write(), new byte[1025], VmStatus.OutOfRange);

    [Theory]
    [InlineData(Stack)]
    [InlineData(Stack - 0x1000)]
    [InlineData(StackTop - 4)]
    public void TryLoad_SegmentWhereTheStackGoes_LeavesTheSpaceEmpty(uint address)
    {
        ElfWriter writer = ElfWriter.Typical();
        writer.Segments.Add(new(address, [1, 2, 3, 4], 4, ElfWriter.Read));
        Fails(writer.Write(), default, VmStatus.Occupied);
    }

    [Fact]
    public void TryLoad_EveryNumberOfFreeFrames_LeavesTheSpaceEmptyUnlessItSucceeds()
    {
        byte[] file = ElfWriter.Typical().Write();
        int failures = 0;
        VmStatus status;
        do
        {
            SpaceFixture fixture = new();
            AddressSpace space = fixture.Create();
            fixture.LeaveFree((uint)failures);
            (uint, uint, uint, uint) held = fixture.Held;
            status = TryLoad(fixture, space, file, "x"u8, out LoadedProgram loaded);
            if (status != VmStatus.Ok)
            {
                failures++;
                Assert.Equal(VmStatus.OutOfFrames, status);
                Assert.Equal(held, fixture.Held);
                Assert.Empty(fixture.RegionsOf(space));
                Assert.Equal(0u, loaded.Entry);
            }
        }
        while (status != VmStatus.Ok);

        Assert.InRange(failures, 5, 10); // five pages, and tables
    }

    [Fact]
    public void TryLoad_EveryLimit_LeavesTheSpaceEmptyUnlessItSucceeds()
    {
        byte[] file = ElfWriter.Typical().Write();
        for (uint limit = 0; limit < 5; limit++)
        {
            SpaceFixture fixture = new();
            AddressSpace space = fixture.Create();
            SpaceLimits limits = new()
            {
                ReservedPages = SpaceLimits.None,
                ResidentPages = limit,
                Tables = SpaceLimits.None,
            };
            space.SetLimits(ref fixture.Machine, in limits);
            (uint, uint, uint, uint) held = fixture.Held;
            Assert.Equal(VmStatus.LimitReached, TryLoad(fixture, space, file, default, out _));
            Assert.Equal(held, fixture.Held);
            Assert.Empty(fixture.RegionsOf(space));
        }
    }

    [Fact]
    public void TryLoad_AnyDamagedProgram_MapsUserPagesAloneAndGivesAllBack()
    {
        byte[] good = ElfWriter.Typical().Write();
        SpaceFixture fixture = new();
        (uint, uint, uint, uint) held = fixture.Held;
        int loads = 0;
        Gen.Select(Gen.Int[24, ElfWriter.HeaderBytes + (3 * ElfWriter.SegmentBytes) - 1], Gen.Byte).Array[0, 2].Sample(
            changes =>
            {
                byte[] file = [.. good];
                foreach ((int offset, byte value) in changes)
                {
                    file[offset] = value;
                }

                AddressSpace space = fixture.Create();
                if (ElfProgram.TryRead(file, out ElfProgram program) == ElfStatus.Ok)
                {
                    VmStatus status = ProgramLoader.TryLoad(
                        ref fixture.Machine, ref fixture.Frames, space, in program, "a b"u8, out _);
                    Assert.True(status is VmStatus.Ok or VmStatus.OutOfFrames or VmStatus.Occupied, status.ToString());
                    Assert.Equal(status == VmStatus.Ok, fixture.RegionsOf(space).Count != 0);
                    loads += status == VmStatus.Ok ? 1 : 0;
                    Assert.DoesNotContain(
                        fixture.RegionsOf(space),
                        region => region.Rights == UserRights.All || region.Start < 0x1000 || region.Start + region.Length > 0x8000_0000);
                }

                Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
                Assert.Equal(held, fixture.Held);
            },
            iter: 2000,
            threads: 1);
        Assert.NotEqual(0, loads);
    }

    [Fact]
    public void TryLoad_OnTheHostileMachine_IsWhatTheProcessorFetchesAndReads()
    {
        using ModelSpaces<CortexA7> spaces = new();
        (uint, uint, uint) held = spaces.Held;
        AddressSpace space = spaces.Create();
        byte[] file = ElfWriter.Typical().Write();
        Assert.Equal(ElfStatus.Ok, ElfProgram.TryRead(file, out ElfProgram program));
        Assert.Equal(
            VmStatus.Ok,
            ProgramLoader.TryLoad(
                ref spaces.Cores[0], ref spaces.Memory.Frames, space, in program, "abcd"u8, out LoadedProgram loaded));
        spaces.OpenUser();
        spaces.Activate(space, 1);
        Assert.Equal(BitConverter.ToUInt32(ElfWriter.Pattern(0x1234, 1), 0x1230), spaces.Read(0x1_1230, 1));
        AccessResult fetched = spaces.Machine.Cores[1].Fetch(new VirtualAddress(0x1_0000), Privilege.User);
        Assert.False(fetched.IsFault, fetched.ToString());
        Assert.Equal(BitConverter.ToUInt32(ElfWriter.Pattern(0x1234, 1), 0), fetched.Value);
        Assert.Equal(BitConverter.ToUInt32("abcd"u8), spaces.Read(loaded.Arguments.Value, 1));
        Assert.Equal(FaultCode.PermissionSecondLevel, spaces.WriteFaultOf(0x1_0000, 1));
        Assert.Equal(FaultCode.PermissionSecondLevel, spaces.WriteFaultOf(0x1_2000, 1));
        Assert.NotEqual(FaultCode.None, spaces.Machine.Cores[1].Fetch(new VirtualAddress(0x1_2000), Privilege.User).Fault);
        Assert.NotEqual(FaultCode.None, spaces.Machine.Cores[1].Fetch(new VirtualAddress(0x1_3000), Privilege.User).Fault);
        spaces.Leave(1);
        Assert.Equal(VmStatus.Ok, spaces.TryDestroy(space));
        Assert.Equal(held, spaces.Held);
    }

    private static VmStatus TryLoad(
        SpaceFixture fixture, AddressSpace space, byte[] file, ReadOnlySpan<byte> arguments, out LoadedProgram loaded)
    {
        Assert.Equal(ElfStatus.Ok, ElfProgram.TryRead(file, out ElfProgram program));
        return ProgramLoader.TryLoad(ref fixture.Machine, ref fixture.Frames, space, in program, arguments, out loaded);
    }

    private static void Fails(byte[] file, ReadOnlySpan<byte> arguments, VmStatus expected)
    {
        SpaceFixture fixture = new();
        AddressSpace space = fixture.Create();
        (uint, uint, uint, uint) held = fixture.Held;
        Assert.Equal(expected, TryLoad(fixture, space, file, arguments, out LoadedProgram loaded));
        Assert.Equal(0u, loaded.Entry);
        Assert.Equal(held, fixture.Held);
        Assert.Empty(fixture.RegionsOf(space));
    }

    // As a program sees it: what is not there yet comes with the fault.
    private static byte[] Read(SpaceFixture fixture, AddressSpace space, uint start, uint length)
    {
        List<byte> bytes = [];
        for (uint address = start & ~3u; address < start + length; address += 4)
        {
            bytes.AddRange(BitConverter.GetBytes(fixture.Read(space, address)));
        }

        return [.. bytes.Skip((int)(start & 3)).Take((int)length)];
    }
}
