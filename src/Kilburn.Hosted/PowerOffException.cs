using System;

namespace Kilburn.Hosted;

/// <summary>The kernel turned its machine off.</summary>
/// <param name="status">Exit status: 0 for success.</param>
public sealed class PowerOffException(int status) : Exception("The kernel turned the machine off.")
{
    /// <summary>Exit status.</summary>
    public int Status { get; } = status;
}
