namespace Internal.Runtime.CompilerHelpers;

/// <summary>Asked for by the ahead-of-time compiler by name; there is no start-up code.</summary>
internal static class StartupCodeHelpers
{
}
