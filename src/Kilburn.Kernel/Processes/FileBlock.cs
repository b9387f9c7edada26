using Kilburn.Core.Addresses;
using Kilburn.Core.Objects;

namespace Kilburn.Kernel.Processes;

/// <summary>A file of the boot image that is open as an object. A block of the kernel heap.</summary>
internal struct FileBlock
{
    /// <summary>This block.</summary>
    internal VirtualAddress Self;

    /// <summary>The next file; zero at the end.</summary>
    internal VirtualAddress Next;

    /// <summary>The object, with a reference.</summary>
    internal MemoryObject Object;

    /// <summary>Its name.</summary>
    internal ShortName Name;
}
