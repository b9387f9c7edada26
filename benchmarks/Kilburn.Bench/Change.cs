namespace Kilburn.Bench;

/// <summary>How an operation stands to the baseline.</summary>
internal enum Change
{
    /// <summary>Within the tolerance.</summary>
    Same,

    /// <summary>Fewer instructions by more than the tolerance.</summary>
    Better,

    /// <summary>More instructions by more than the tolerance.</summary>
    Worse,

    /// <summary>Not in the baseline.</summary>
    New,

    /// <summary>Not in the run.</summary>
    Missing,
}
