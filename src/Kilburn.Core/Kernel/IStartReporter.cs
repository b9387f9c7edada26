namespace Kilburn.Core.Kernel;

/// <summary>Is told of each step of start-up once it is done and proven.</summary>
public interface IStartReporter
{
    /// <summary>Called in the order of the steps.</summary>
    /// <param name="memory">The system as far as it stands.</param>
    /// <param name="step">What was done.</param>
    void Report(ref VirtualMemory memory, StartStep step);
}
