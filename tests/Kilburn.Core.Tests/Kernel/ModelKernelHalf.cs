using Kilburn.Core.Kernel;
using Kilburn.Core.Tests.Spaces;
using Kilburn.Model;
using Kilburn.Model.Profiles;
using Xunit;

namespace Kilburn.Core.Tests.Kernel;

/// <summary>The heap and the MMIO window of a kernel that was started on the model, with TLBs that hold all that they may.</summary>
public sealed class ModelKernelHalf : KernelHalfOn<ModelMachine<CortexA7>>
{
    private const uint MemoryInMiB = 16;

    private readonly ModelSpaces<CortexA7> _system = new(memoryInMiB: MemoryInMiB);

    public override ref ModelMachine<CortexA7> Machine => ref _system.Cores[0];

    protected override MemoryMap Map => _system.Banks;

    protected override ref VirtualMemory Whole => ref _system.Memory;

    public override void AssertNoLockIsHeld() => Assert.False(Machine.Core.HoldsLocks);

    public override void Dispose()
    {
        _system.Dispose();
        base.Dispose();
    }
}
