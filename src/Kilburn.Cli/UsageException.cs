using System;

namespace Kilburn.Cli;

/// <summary>A command line that does not make sense.</summary>
/// <param name="message">Why, for the user.</param>
internal sealed class UsageException(string message) : Exception(message);
