using System.Runtime.CompilerServices;

namespace Kilburn.Kernel.Processes;

/// <summary>The handles of a process. A handle's number is its place, from 1 up.</summary>
[InlineArray(Capacity)]
internal struct HandleTable
{
    /// <summary>Most handles of a process.</summary>
    internal const int Capacity = 16;

    private ObjectHandle _first;
}
