using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;
using Kilburn.Model;
using Kilburn.Model.Cores;

namespace Kilburn.Campaigns.Workloads;

/// <summary>Holds each step of start-up to its word as soon as it is reported: later maintenance would cover up for an earlier one.</summary>
/// <param name="machine">The machine; core 0 starts.</param>
/// <param name="identity">An address of the identity map.</param>
internal readonly struct StartProbe(Machine machine, VirtualAddress identity) : IStartReporter
{
    /// <summary>Where the vectors are seen.</summary>
    public const uint Vectors = 0xFFFF_0000;

    private const uint VectorsLength = 32;

    /// <inheritdoc/>
    public void Report(ref VirtualMemory memory, StartStep step)
    {
        switch (step)
        {
            case StartStep.IdentityRemoved:
                CheckIdentity();
                break;
            case StartStep.Vectors:
                CheckVectors();
                break;
            default:
                break;
        }
    }

    private void CheckIdentity()
    {
        foreach (ProcessorCore core in machine.Cores)
        {
            if (core.Registers.IsMmuOn && !core.Read(identity).IsFault)
            {
                throw new MismatchException($"core {core.Index} reaches the identity map");
            }
        }
    }

    private void CheckVectors()
    {
        for (uint offset = 0; offset < VectorsLength; offset += sizeof(uint))
        {
            if (machine.Cores[0].Fetch(new VirtualAddress(Vectors + offset)).IsFault)
            {
                throw new MismatchException("the vectors cannot be fetched");
            }
        }
    }
}
