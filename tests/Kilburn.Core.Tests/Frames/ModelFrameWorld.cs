using Kilburn.Model;
using Kilburn.Model.Memory;
using Kilburn.Model.Profiles;

namespace Kilburn.Core.Tests.Frames;

/// <summary>The allocator before virtual memory: on the model, with rubbish in its memory and the MMU off.</summary>
internal sealed class ModelFrameWorld(uint lengthInBytes) : FrameWorldOn<ModelMachine<CortexA7>>
{
    private readonly Machine _machine = Machine.Create<CortexA7>(new MachineOptions
    {
        Banks = [MemoryBank.Memory(0, lengthInBytes)],
        DirtySeed = 11,
    });

    public override ModelMachine<CortexA7> Core(uint index) => _machine.GetCore<CortexA7>((int)index);

    public override bool IsIdle(uint core) => !_machine.Cores[(int)core].HoldsLocks && !_machine.Cores[(int)core].IsInMaskedSection;

    public override void Dispose()
    {
        _machine.Dispose();
        base.Dispose();
    }
}
