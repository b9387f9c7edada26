using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Kilburn.Core.Checks;

/// <summary>Ends the machine when an invariant of the core is broken.</summary>
/// <remarks>For faults of ours only. What a caller can act on is a <see cref="VmStatus"/>.</remarks>
public static class BugCheck
{
    /// <summary>Panics with the number and words of the broken invariant.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="invariant">Number and text, as <c>docs/design.md</c> has it: <c>"I4: frame freed while mapped"u8</c>.</param>
    /// <param name="value">The address or word that shows it.</param>
    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Fail<TMachine>(ref TMachine machine, ReadOnlySpan<byte> invariant, uint value)
        where TMachine : struct, IMachine => machine.Panic(invariant, value);
}
