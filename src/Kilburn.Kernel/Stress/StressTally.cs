namespace Kilburn.Kernel.Stress;

/// <summary>What one core did: its own to write, until it is idle again.</summary>
public struct StressTally
{
    /// <summary>Operations done.</summary>
    public uint Operations;

    /// <summary>How often the core found a lock taken and waited meanwhile.</summary>
    public uint LockRetries;

    /// <summary>Things found wrong.</summary>
    public uint Errors;

    /// <summary>The first of them.</summary>
    public StressFailure First;

    /// <summary>The word that shows it.</summary>
    public uint FirstValue;

    /// <summary>Notes that something is wrong.</summary>
    /// <param name="failure">What.</param>
    /// <param name="value">The word that shows it.</param>
    public void Add(StressFailure failure, uint value)
    {
        if (Errors == 0)
        {
            First = failure;
            FirstValue = value;
        }

        Errors++;
    }
}
