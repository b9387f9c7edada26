using System.Collections.Generic;
using Kilburn.Model.Translation;

namespace Kilburn.Model.Checking;

/// <summary>One possible answer to an access.</summary>
/// <param name="Fault">Why it is refused; <see cref="FaultCode.None"/> when it is not.</param>
/// <param name="Physical">The byte; zero when it is refused.</param>
/// <param name="Attributes">The memory's type; default when it is refused.</param>
public readonly record struct Answer(FaultCode Fault, uint Physical, MemoryAttributes Attributes)
{
    /// <inheritdoc/>
    public override string ToString() => Fault != FaultCode.None
        ? $"a {Fault} fault"
        : $"physical 0x{Physical:X8} as {Attributes}";

    /// <summary>All answers in words.</summary>
    internal static string Join(IEnumerable<Answer> answers) => string.Join(" or ", answers);
}
