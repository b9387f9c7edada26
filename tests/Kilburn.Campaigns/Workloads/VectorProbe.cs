using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;
using Kilburn.Model.Cores;

namespace Kilburn.Campaigns.Workloads;

/// <summary>Fetches the vectors as soon as they are said to be there.</summary>
/// <param name="core">The core that starts.</param>
internal readonly struct VectorProbe(ProcessorCore core) : IStartReporter
{
    /// <summary>Where the vectors are seen.</summary>
    public const uint Address = 0xFFFF_0000;

    private const uint LengthInBytes = 32;

    /// <inheritdoc/>
    public void Report(ref VirtualMemory memory, StartStep step)
    {
        if (step != StartStep.Vectors)
        {
            return;
        }

        for (uint offset = 0; offset < LengthInBytes; offset += sizeof(uint))
        {
            if (core.Fetch(new VirtualAddress(Address + offset)).IsFault)
            {
                throw new MismatchException("the vectors cannot be fetched");
            }
        }
    }
}
