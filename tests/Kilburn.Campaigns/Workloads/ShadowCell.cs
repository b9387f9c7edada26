namespace Kilburn.Campaigns.Workloads;

/// <summary>What programs wrote to the mark of a page. Pages that are one memory have one cell.</summary>
/// <param name="word">The word.</param>
public sealed class ShadowCell(uint word)
{
    /// <summary>The word.</summary>
    public uint Word { get; set; } = word;
}
