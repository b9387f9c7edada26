namespace Kilburn.Cli;

/// <summary>What the command ends with.</summary>
internal static class ExitStatus
{
    /// <summary>Nothing was found.</summary>
    public const int Clean = 0;

    /// <summary>Something was found.</summary>
    public const int Finding = 1;

    /// <summary>The input cannot be read or understood.</summary>
    public const int BadInput = 3;
}
