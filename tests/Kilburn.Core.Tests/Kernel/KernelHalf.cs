using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;
using Xunit;

namespace Kilburn.Core.Tests.Kernel;

/// <summary>A heap and an MMIO window over frames and tables of their own.</summary>
public sealed class KernelHalf : KernelHalfOn<PagedMachine>
{
    /// <summary>Why a test says nothing where the heap has no checks. A skipped test counts as failed.</summary>
    public const string NeedsChecks = "What is beside a block's bytes, and how many blocks a page holds, is a checked build's.";

    /// <summary>Bytes of the kernel window: 0xC3000000 to 0xFFF00000.</summary>
    public const uint WindowLength = 0x3CF0_0000;

    private const uint FirstUsable = 0x1_0000;

    private readonly MemoryMap _map;
    private PagedMachine _machine;

    // Not started as a whole: there is no boot code here. Its calls for heap and devices need no more than these parts.
    private VirtualMemory _whole;

    public KernelHalf(uint memoryInBytes = 8u << 20)
    {
        Memory = new PagedMemory(memoryInBytes);
        _machine = new PagedMachine(Memory);
        Assert.Equal(VmStatus.Ok, _map.TryAddBank(new PhysicalRange(default, memoryInBytes)));
        Assert.Equal(VmStatus.Ok, _whole.Frames.TryStart(ref _machine, in _map, new PhysicalAddress(FirstUsable)));
        _whole.Tables.Start(PagedMemory.KernelTable);
    }

    public PagedMemory Memory { get; }

    public override ref PagedMachine Machine => ref _machine;

    protected override MemoryMap Map => _map;

    protected override ref VirtualMemory Whole => ref _whole;

    public override void AssertNoLockIsHeld() => Assert.Equal(0, Memory.LocksHeld);
}
