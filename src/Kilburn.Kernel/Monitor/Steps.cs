namespace Kilburn.Kernel.Monitor;

/// <summary>Whether a <see cref="TracingMachine{TInner, TBoard}"/> prints what it is asked to do.</summary>
public enum Steps
{
    /// <summary>It does not.</summary>
    Off,

    /// <summary>It does, one line each.</summary>
    On,
}
