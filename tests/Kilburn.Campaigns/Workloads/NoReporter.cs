using Kilburn.Core.Kernel;

namespace Kilburn.Campaigns.Workloads;

/// <summary>Start-up that nobody listens to.</summary>
internal readonly struct NoReporter : IStartReporter
{
    public void Report(ref VirtualMemory memory, StartStep step)
    {
    }
}
