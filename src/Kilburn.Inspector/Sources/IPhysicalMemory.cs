using System;

namespace Kilburn.Inspector.Sources;

/// <summary>The physical memory of a guest.</summary>
public interface IPhysicalMemory
{
    /// <summary>Reads bytes.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="bytes">Filled in whole, or not to be used.</param>
    /// <returns>False when nothing is known of one of them.</returns>
    /// <exception cref="SourceException">The source itself failed.</exception>
    bool TryRead(ulong address, Span<byte> bytes);
}
