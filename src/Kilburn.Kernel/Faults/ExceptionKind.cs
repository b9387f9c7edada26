namespace Kilburn.Kernel.Faults;

/// <summary>The exceptions, by the number of their vector.</summary>
internal enum ExceptionKind : uint
{
    /// <summary>Undefined instruction.</summary>
    Undefined = 1,

    /// <summary>Supervisor call.</summary>
    SupervisorCall = 2,

    /// <summary>An instruction could not be fetched.</summary>
    PrefetchAbort = 3,

    /// <summary>A load, store or maintenance operation was refused.</summary>
    DataAbort = 4,

    /// <summary>IRQ.</summary>
    Interrupt = 6,

    /// <summary>FIQ.</summary>
    FastInterrupt = 7,
}
