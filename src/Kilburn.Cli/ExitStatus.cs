namespace Kilburn.Cli;

/// <summary>What the command ends with.</summary>
internal static class ExitStatus
{
    /// <summary>Nothing was found.</summary>
    public const int Clean = 0;

    /// <summary>Something was found, or a walk faults.</summary>
    public const int Finding = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The input cannot be read or understood.</summary>
    public const int BadInput = 3;
}
