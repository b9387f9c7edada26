using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kilburn.Core.Addresses;

namespace Kilburn.Kernel.Processes;

/// <summary>The bytes of a page.</summary>
[InlineArray((int)PageSize.Small)]
internal struct PageBytes
{
    private byte _first;

    /// <summary>All of them.</summary>
    [UnscopedRef]
    internal Span<byte> Bytes => MemoryMarshal.CreateSpan(ref _first, (int)PageSize.Small);
}
