namespace Kilburn.Model.Campaigns;

/// <summary>What is done to one maintenance step of the program, to see whether anything notices.</summary>
public enum MutationKind
{
    /// <summary>It is left out.</summary>
    Drop,

    /// <summary>It stays on its core instead of reaching all.</summary>
    Local,

    /// <summary>It names another ASID.</summary>
    WrongAsid,

    /// <summary>It names the page beside.</summary>
    WrongAddress,

    /// <summary>It changes places with the next step of its core.</summary>
    SwapWithNext,
}
