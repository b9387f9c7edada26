using System;
using System.Diagnostics.CodeAnalysis;
using Kilburn.Core.Addresses;
using Kilburn.Core.Objects;

namespace Kilburn.Kernel.Processes;

/// <summary>A name that an object is published under: as long as the handle that it came with. A block of the kernel heap.</summary>
internal struct NameBlock
{
    /// <summary>This block.</summary>
    internal VirtualAddress Self;

    /// <summary>The next name; zero at the end.</summary>
    internal VirtualAddress Next;

    /// <summary>What it is the name of. Without a reference: the handle has one.</summary>
    internal MemoryObject Object;

    private ShortName _name;

    /// <summary>The name.</summary>
    [UnscopedRef]
    internal readonly ReadOnlySpan<byte> Name => _name.Text;

    /// <summary>Gives it a name.</summary>
    /// <param name="name">At most <see cref="ShortName.Capacity"/> bytes.</param>
    internal void SetName(ReadOnlySpan<byte> name) => _name.Set(name);
}
