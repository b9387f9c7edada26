using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Kernel;
using Kilburn.Core.Tables;
using Kilburn.Model;
using Kilburn.Model.Boot;
using Kilburn.Model.Memory;
using Kilburn.Model.Profiles;
using Xunit;

namespace Kilburn.Core.Tests.Kernel;

[Trait("Machine", "Named")]
public sealed class VirtualMemoryTests
{
    private const uint MiB = 1u << 20;

    public static TheoryData<string> Layouts =>
        ["0+8M", "0+64M", "0+960M", "0+1024M", "0+33M", "0+16M,32M+16M,100M+5M", "0+8M,10M+4K,16M+100K", "0+48M,64M+1M", "0+20484K"];

    [Theory]
    [MemberData(nameof(Layouts))]
    public void TryStart_AnyLayout_MapsAllMemoryAndNothingElse(string layout)
    {
        using Machine machine = Machine.Create<CortexA7>(new MachineOptions { Banks = Parse(layout) });
        BootedKernel kernel = BootCode.Run<CortexA7>(machine);
        ModelMachine<CortexA7> core = machine.GetCore<CortexA7>(0);
        VirtualMemory memory = Start(ref core, kernel);

        TranslationContext context = TranslationContext.Read(ref core);
        MappingRuns runs = new(in context, new VirtualRange(LinearMap.Start, LinearMap.LengthInBytes));
        ulong mapped = 0;
        while (runs.TryNext(ref core, out MappingRun run))
        {
            Assert.Equal(LinearMap.ToPhysical(run.Start), run.Physical);
            Assert.True(machine.Memory.IsMemory(run.Physical, run.LengthInBytes));
            Assert.Equal(MemoryType.Normal, run.First.Type);
            Assert.Equal(Scope.Global, run.First.Scope);
            mapped += run.LengthInBytes;
        }

        ulong expected = 0;
        foreach (MemoryBank bank in machine.Memory.Banks)
        {
            expected += LinearMapBuilder.Clip(bank.Range).LengthInBytes;
        }

        Assert.Equal(expected - ((ulong)kernel.Guards.Count * PageSize.Small), mapped);
        Assert.Equal(0u, memory.BytesLeftOut);
    }

    [Fact]
    public void TryStart_MemoryPastOneGib_IsReportedAndLeft()
    {
        using Machine machine = Machine.Create<CortexA7>(new MachineOptions
        {
            Banks = [MemoryBank.Memory(0, 16 * MiB), MemoryBank.Memory(0x3FF0_0000, 3 * MiB)],
        });
        BootedKernel kernel = BootCode.Run<CortexA7>(machine);
        ModelMachine<CortexA7> core = machine.GetCore<CortexA7>(0);

        VirtualMemory memory = Start(ref core, kernel);

        Assert.Equal(2 * MiB, memory.BytesLeftOut);
    }

    [Fact]
    public void TryStart_LinearMap_UsesTheLargestBlocksThatFit()
    {
        using Machine machine = Machine.Create<CortexA7>(35 * MiB + 0x2_1000);
        BootedKernel kernel = BootCode.Run<CortexA7>(machine);
        ModelMachine<CortexA7> core = machine.GetCore<CortexA7>(0);
        _ = Start(ref core, kernel);

        Assert.Equal(PageSize.Small, LengthOf(ref core, 0x0000_8000));
        Assert.Equal(PageSize.Section, LengthOf(ref core, 0x0050_0000));
        Assert.Equal(PageSize.Supersection, LengthOf(ref core, 0x0100_0000));
        Assert.Equal(PageSize.Section, LengthOf(ref core, 0x0220_0000));
        Assert.Equal(PageSize.Large, LengthOf(ref core, 0x0230_0000));
        Assert.Equal(PageSize.Small, LengthOf(ref core, 0x0232_0000));
    }

    [Fact]
    public void TryStart_ReservedMemory_KeepsWhatItHolds()
    {
        const uint Length = 0x1_0000;
        using Machine machine = Machine.Create<CortexA7>(new MachineOptions { Banks = Parse("0+16M,20M+1M"), DirtySeed = 1 });
        BootedKernel kernel = BootCode.Run<CortexA7>(machine);
        ModelMachine<CortexA7> core = machine.GetCore<CortexA7>(0);
        PhysicalAddress[] starts = [new((16 * MiB) - Length), new(20 * MiB), new((21 * MiB) - Length)]; // ends of banks
        MemoryMap map = kernel.Map;
        foreach (PhysicalAddress start in starts)
        {
            Assert.Equal(VmStatus.Ok, map.TryReserve(new PhysicalRange(start, Length)));
        }

        byte[][] before = Array.ConvertAll(starts, start => machine.Memory.Bytes(start, (int)Length).ToArray());
        VirtualMemory memory = default;
        NoReporter reporter = default;
        KernelImage image = kernel.Image;

        Assert.Equal(VmStatus.Ok, memory.TryStart(ref core, ref reporter, in image, in map));

        Assert.Equal(before, Array.ConvertAll(starts, start => machine.Memory.Bytes(start, (int)Length).ToArray()));
    }

    [Theory]
    [InlineData(0x8000u, 0x2_0000u)]
    [InlineData(0x8_0000u, 0x2_0000u)]
    [InlineData(0x8_0000u, 0x7_0000u)]
    [InlineData(0x8000u, 0x11_8000u)]
    [InlineData(0x8_0000u, 2 * MiB)]
    public void TryStart_AnyFrameOverAllItsAliases_IsNeverWritableAndExecutable(uint loadAddress, uint textLength)
    {
        using Machine machine = Machine.Create<CortexA7>(64 * MiB);
        BootedKernel kernel = BootCode.Run<CortexA7>(
            machine, new BootOptions { LoadAddress = loadAddress, TextLength = textLength });
        ModelMachine<CortexA7> core = machine.GetCore<CortexA7>(0);
        _ = Start(ref core, kernel);

        HashSet<uint> writable = [];
        HashSet<uint> executable = [];
        TranslationContext context = TranslationContext.Read(ref core);
        MappingRuns runs = new(in context, new VirtualRange(default, 0xFFFF_F000));
        while (runs.TryNext(ref core, out MappingRun run))
        {
            for (uint offset = 0; offset < run.LengthInBytes; offset += PageSize.Small)
            {
                uint frame = run.Physical.Add(offset).FrameNumber;
                if (run.First.Access is AccessPermission.KernelReadWrite or AccessPermission.ReadWrite)
                {
                    _ = writable.Add(frame);
                }

                if (run.First.Execution == Execution.Allowed)
                {
                    _ = executable.Add(frame);
                }
            }
        }

        Assert.Equal((kernel.Image.Text.LengthInBytes / PageSize.Small) + 1, (uint)executable.Count);
        Assert.False(writable.Overlaps(executable));
    }

    [Theory]
    [InlineData(0x8000u, 0x2_0000u, 1)] // all in the first MiB
    [InlineData(0x8000u, 0xD_0000u, 1)] // to its last byte
    [InlineData(0x8000u, 0xD_A000u, 2)] // the last stack is past it
    [InlineData(0x8000u, 0xF_0000u, 2)] // constants and data are past it
    [InlineData(0x8_0000u, 2 * MiB, 3)]
    public void TryStart_ImageOfSeveralMibs_IsOpenToWhatEachPartIsFor(uint loadAddress, uint textLength, int mibs)
    {
        using Machine machine = Machine.Create<IncoherentWalks>(64 * MiB);
        BootedKernel kernel = BootCode.Run<IncoherentWalks>(
            machine, new BootOptions { LoadAddress = loadAddress, TextLength = textLength });
        ModelMachine<IncoherentWalks> core = machine.GetCore<IncoherentWalks>(0);
        _ = Start(ref core, kernel);
        KernelImage image = kernel.Image;
        Assert.Equal((uint)mibs * MiB, image.MappedEnd.Value);

        for (uint page = PageSize.Small; page < image.MappedEnd.Value; page += PageSize.Small)
        {
            PhysicalAddress frame = new(page);
            VirtualAddress address = LinearMap.ToVirtual(frame);
            bool isText = image.Text.Contains(frame);
            bool isGuard = kernel.Guards.Any(guard => guard == frame);
            bool isOpen = !isGuard && !isText && !image.Constants.Contains(frame);
            Assert.Equal(isGuard, machine.Cores[0].Read(address).IsFault);
            Assert.Equal(!isOpen, (core.Translate(address, TranslationAccess.KernelWrite) & 1) != 0);
            Assert.Equal(!isText, machine.Cores[0].Fetch(address).IsFault);
        }

        Assert.False(machine.Cores[0].Read(LinearMap.ToVirtual(image.MappedEnd)).IsFault);
    }

    [Fact]
    public void TryStart_EachStep_IsReportedInOrder()
    {
        using Machine machine = Machine.Create<CortexA7>(16 * MiB);
        BootedKernel kernel = BootCode.Run<CortexA7>(machine);
        ModelMachine<CortexA7> core = machine.GetCore<CortexA7>(0);
        VirtualMemory memory = default;
        RecordingReporter reporter = new([]);
        KernelImage image = kernel.Image;
        MemoryMap map = kernel.Map;

        Assert.Equal(VmStatus.Ok, memory.TryStart(ref core, ref reporter, in image, in map));

        Assert.Equal(Enum.GetValues<StartStep>(), reporter.Steps);
    }

    [Fact]
    public void TryStart_NoMemoryBelowOneGib_IsOutOfRange()
    {
        using Machine machine = Machine.Create<CortexA7>(16 * MiB);
        BootedKernel kernel = BootCode.Run<CortexA7>(machine);
        ModelMachine<CortexA7> core = machine.GetCore<CortexA7>(0);
        VirtualMemory memory = default;
        NoReporter reporter = default;
        KernelImage image = kernel.Image;
        MemoryMap empty = default;

        Assert.Equal(VmStatus.OutOfRange, memory.TryStart(ref core, ref reporter, in image, in empty));
    }

    [Fact]
    public void TryStart_EarlyTablesUsedUp_IsOutOfFrames()
    {
        using Machine machine = Machine.Create<CortexA7>(16 * MiB + 0x1000);
        BootedKernel kernel = BootCode.Run<CortexA7>(machine);
        ModelMachine<CortexA7> core = machine.GetCore<CortexA7>(0);
        VirtualMemory memory = default;
        NoReporter reporter = default;
        KernelImage image = kernel.Image;
        image.EarlyTables = default;
        MemoryMap map = kernel.Map;

        Assert.Equal(VmStatus.OutOfFrames, memory.TryStart(ref core, ref reporter, in image, in map));
    }

    private static VirtualMemory Start<TProfile>(ref ModelMachine<TProfile> core, BootedKernel kernel)
        where TProfile : struct, IProcessorProfile
    {
        VirtualMemory memory = default;
        NoReporter reporter = default;
        KernelImage image = kernel.Image;
        MemoryMap map = kernel.Map;
        Assert.Equal(VmStatus.Ok, memory.TryStart(ref core, ref reporter, in image, in map));
        return memory;
    }

    private static uint LengthOf(ref ModelMachine<CortexA7> core, uint physical)
    {
        TranslationContext context = TranslationContext.Read(ref core);
        return TableWalk.Of(ref core, in context, LinearMap.ToVirtual(new PhysicalAddress(physical))).Mapping.LengthInBytes;
    }

    private static List<MemoryBank> Parse(string layout)
    {
        List<MemoryBank> banks = [];
        foreach (string bank in layout.Split(','))
        {
            string[] parts = bank.Split('+');
            banks.Add(MemoryBank.Memory(Size(parts[0]), Size(parts[1])));
        }

        return banks;
    }

    private static uint Size(string text) => text[^1] switch
    {
        'M' => uint.Parse(text[..^1]) * MiB,
        'K' => uint.Parse(text[..^1]) * 1024,
        _ => uint.Parse(text),
    };

    private readonly struct RecordingReporter(List<StartStep> steps) : IStartReporter
    {
        public List<StartStep> Steps => steps;

        public void Report(ref VirtualMemory memory, StartStep step) => steps.Add(step);
    }
}
