using System;

namespace Kilburn.Model.Checking;

/// <summary>Ends the program on the machine at its first violation.</summary>
/// <param name="violation">What was found.</param>
public sealed class ViolationException(Violation violation) : Exception(violation.ToString())
{
    /// <summary>What was found.</summary>
    public Violation Violation { get; } = violation;
}
