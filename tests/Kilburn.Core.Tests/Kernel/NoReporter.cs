using Kilburn.Core.Kernel;

namespace Kilburn.Core.Tests.Kernel;

/// <summary>Start-up that nobody listens to.</summary>
internal readonly struct NoReporter : IStartReporter
{
    public void Report(ref VirtualMemory memory, StartStep step)
    {
    }
}
