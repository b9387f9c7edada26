namespace Kilburn.Campaigns.Bugs;

/// <summary>What a variant is held against, the quickest first.</summary>
internal enum BugSuite
{
    /// <summary>Lives on the hostile machine: <see cref="Verbs.Sample"/>.</summary>
    Lives,

    /// <summary>The kernel's self-tests and its monitor, on the model.</summary>
    SelfTests,

    /// <summary>The tests of the core, those under every schedule included.</summary>
    CoreTests,

    /// <summary>The ASID allocator under every interleaving, within small bounds.</summary>
    Asids,

    /// <summary>Crashes of the booted kernel. Not the model: only for what exists on the target alone.</summary>
    Crashes,
}
