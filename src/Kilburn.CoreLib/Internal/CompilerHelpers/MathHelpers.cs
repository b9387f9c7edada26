namespace Internal.Runtime.CompilerHelpers;

/// <summary>Asked for by the ahead-of-time compiler by name. Arithmetic that the processor lacks is left out on purpose.</summary>
internal static class MathHelpers
{
}
