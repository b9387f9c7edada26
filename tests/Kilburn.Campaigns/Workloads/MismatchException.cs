using System;

namespace Kilburn.Campaigns.Workloads;

/// <summary>What the core did is not what the plain reference says.</summary>
/// <param name="message">What, where, and in which step.</param>
public sealed class MismatchException(string message) : Exception(message);
