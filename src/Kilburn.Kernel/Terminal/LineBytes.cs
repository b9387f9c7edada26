using System.Runtime.CompilerServices;

namespace Kilburn.Kernel.Terminal;

/// <summary>Room for the characters of a line.</summary>
[InlineArray(LineEditor.Capacity)]
public struct LineBytes
{
    private byte _first;
}
