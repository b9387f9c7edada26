using System;

namespace Kilburn.Bench;

/// <summary>The run cannot be used; the message says why in one line.</summary>
/// <param name="message">For the person at the terminal.</param>
internal sealed class BenchException(string message) : Exception(message);
