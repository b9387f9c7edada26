using Kilburn.Kernel.Stress;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary>What the monitor remembers between commands: one value, in the kernel's static data.</summary>
/// <remarks>A value of all zeroes is a fresh monitor.</remarks>
public struct MonitorState
{
    /// <summary>The line being typed, and those before it.</summary>
    public LineEditor Editor;

    /// <summary>What the cores go by in <c>stress</c>.</summary>
    public StressPlan Stress;
}
