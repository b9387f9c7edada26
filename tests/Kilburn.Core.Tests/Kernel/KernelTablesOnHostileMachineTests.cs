using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Core.Kernel;
using Kilburn.Core.Tests.Spaces;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;
using Xunit;

namespace Kilburn.Core.Tests.Kernel;

/// <summary>What the kernel maps and unmaps is so for the next access of every core: nothing but the operation's own barriers sees to that.</summary>
public sealed class KernelTablesOnHostileMachineTests
{
    private const uint Word = 0x1234_5678;
    private static readonly VirtualAddress s_page = new(0xF000_0000);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void UnmapPage_ThatCoresHaveRead_FaultsAtOnce(int observer)
    {
        using ModelSpaces<CortexA7> system = new();
        ref VirtualMemory memory = ref system.Memory;
        Assert.Equal(VmStatus.Ok, memory.Frames.TryAllocatePage(ref system.Cores[0], FrameContents.Zeroed, out PhysicalAddress frame));
        system.Cores[0].Data<uint>(frame) = Word;
        for (int round = 0; round < 2; round++)
        {
            Assert.Equal(
                VmStatus.Ok, memory.Tables.TryMapPage(ref system.Cores[0], ref memory.Frames, s_page, frame, KernelPageKind.Data));
            Assert.Equal(Word, system.Machine.Cores[observer].Read(s_page, Privilege.Kernel).Value);
            Assert.Equal(VmStatus.Ok, memory.Tables.TryUnmapPage(ref system.Cores[0], s_page, out PhysicalAddress given));
            Assert.Equal(frame, given);
            Assert.Equal(FaultCode.TranslationSecondLevel, system.Machine.Cores[observer].Read(s_page, Privilege.Kernel).Fault);
        }
    }
}
