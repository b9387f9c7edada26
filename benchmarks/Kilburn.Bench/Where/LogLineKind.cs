namespace Kilburn.Bench.Where;

/// <summary>What a line of the log says.</summary>
internal enum LogLineKind
{
    /// <summary>Nothing that counts.</summary>
    Other,

    /// <summary>An instruction is about to run.</summary>
    Run,

    /// <summary>The instruction that was about to run did not.</summary>
    TakenBack,
}
