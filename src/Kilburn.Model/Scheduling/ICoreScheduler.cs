using Kilburn.Model.Cores;

namespace Kilburn.Model.Scheduling;

/// <summary>Decides which core goes on.</summary>
public interface ICoreScheduler
{
    /// <summary>A core is about to do something that others can see.</summary>
    /// <param name="core">The core.</param>
    void BeforeStep(ProcessorCore core);

    /// <summary>A core changed something that another may wait for.</summary>
    /// <param name="core">The core.</param>
    void AfterChange(ProcessorCore core);

    /// <summary>A core waits for what another has to do.</summary>
    /// <param name="core">The core.</param>
    void Wait(ProcessorCore core);

    /// <summary>A core sleeps until another wakes it.</summary>
    /// <param name="core">The core.</param>
    void Sleep(ProcessorCore core);

    /// <summary>A core wakes all that sleep.</summary>
    /// <param name="core">The core.</param>
    void WakeAll(ProcessorCore core);
}
