using System.Runtime.CompilerServices;
using System.Threading;
using Kilburn.Core.Addresses;

namespace Kilburn.Kernel.Board;

/// <summary>A mapped page of 32-bit device registers.</summary>
/// <remarks>
/// Reads and writes are volatile, so that none is merged or left out; the barrier that comes with each orders accesses to
/// different devices, as the BCM2835 manual asks (1.3).
/// </remarks>
/// <param name="page">Where the page is mapped.</param>
internal readonly unsafe struct DeviceRegisters(VirtualAddress page)
{
    private readonly VirtualAddress _page = page;

    /// <summary>Where the page is mapped.</summary>
    internal VirtualAddress Page => _page;

    /// <summary>True once there is a page.</summary>
    internal bool IsMapped => _page.Value != 0;

    /// <summary>Reads a register.</summary>
    /// <param name="byteOffset">From the page's first byte; a multiple of 4.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal uint Read(uint byteOffset) => Volatile.Read(ref *(uint*)(_page.Value + byteOffset));

    /// <summary>Writes a register.</summary>
    /// <param name="byteOffset">From the page's first byte; a multiple of 4.</param>
    /// <param name="value">The new value.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Write(uint byteOffset, uint value) => Volatile.Write(ref *(uint*)(_page.Value + byteOffset), value);
}
