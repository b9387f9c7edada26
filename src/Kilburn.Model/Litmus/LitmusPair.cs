using System;
using System.Collections.Generic;
using Kilburn.Model.Checking;

namespace Kilburn.Model.Litmus;

/// <summary>A sequence that breaks a rule of the architecture, and its twin that keeps it.</summary>
/// <param name="Behaviour">Number of the behaviour, 1 to 15, as <c>docs/model.md</c> lists them.</param>
/// <param name="Name">What the two differ in.</param>
/// <param name="Expected">The violation that the first one must show.</param>
/// <param name="Create">Makes the machine.</param>
/// <param name="Wrong">The sequence that must be reported.</param>
/// <param name="Right">The sequence that must not.</param>
public sealed record LitmusPair(
    int Behaviour,
    string Name,
    ViolationKind Expected,
    Func<LitmusBench> Create,
    Action<LitmusBench> Wrong,
    Action<LitmusBench> Right)
{
    /// <summary>Runs the sequence that must be reported.</summary>
    /// <returns>What was found.</returns>
    public IReadOnlyList<Violation> RunWrong() => Run(Wrong);

    /// <summary>Runs the sequence that must not be reported.</summary>
    /// <returns>What was found: nothing, if the model is right.</returns>
    public IReadOnlyList<Violation> RunRight() => Run(Right);

    private IReadOnlyList<Violation> Run(Action<LitmusBench> sequence)
    {
        LitmusBench bench = Create();
        sequence(bench);
        return bench.Machine.Violations;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Behaviour}: {Name}";
}
