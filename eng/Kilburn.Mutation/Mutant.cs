namespace Kilburn.Mutation;

/// <summary>One change of the core, and what the tests said to it.</summary>
/// <param name="File">Below <c>src/Kilburn.Core</c>.</param>
/// <param name="Line">From 1.</param>
/// <param name="Original">The changed expression or statement, on one line.</param>
/// <param name="Replacement">What stood there instead, on one line.</param>
/// <param name="Status">In the words of the mutation testing report schema: Killed, Survived, Timeout, NoCoverage, ...</param>
internal sealed record Mutant(string File, int Line, string Original, string Replacement, string Status)
{
    /// <summary>True when a test failed with it, or did not end.</summary>
    public bool IsCaught => Status is "Killed" or "Timeout";

    /// <summary>True when it was tested, or no test comes to its line. What did not compile says nothing about tests.</summary>
    public bool IsCounted => (IsCaught || Status is "Survived" or "NoCoverage") && !IsSameCode;

    /// <summary>
    /// True for <c>&gt;&gt;&gt;</c> in the place of <c>&gt;&gt;</c>, and for nothing else: nothing that the core shifts can be negative, and
    /// what is unsigned, as nearly all of it is, compiles to the same instruction.
    /// </summary>
    public bool IsSameCode => Original != Replacement && Original.Replace(">>", ">>>") == Replacement;
}
