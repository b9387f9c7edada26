namespace Kilburn.Kernel.Monitor;

/// <summary>How a command ended.</summary>
public enum CommandOutcome
{
    /// <summary>It did what it says.</summary>
    Done,

    /// <summary>It said why it did not. A batch stops here.</summary>
    Failed,
}
