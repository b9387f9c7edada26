namespace Kilburn.Campaigns.Bugs;

/// <summary>Something that went wrong in a real system, and what stands for it here.</summary>
/// <param name="Name">One word; also the patch's file name.</param>
/// <param name="Source">The system, or the report.</param>
/// <param name="What">What went wrong there, and below what the variant does where the two differ.</param>
/// <param name="FirstSuite">The suite that is tried first: it decides how long the search takes, never how it ends.</param>
/// <param name="Reason">Why Kilburn has no counterpart; null when there is a patch.</param>
internal sealed record KnownBug(string Name, string Source, string What, BugSuite FirstSuite, string? Reason);
