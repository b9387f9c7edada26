using Kilburn.Core.Addresses;
using Kilburn.Core.Objects;

namespace Kilburn.Kernel.Processes;

/// <summary>A process's reference to an object. All zeroes is none.</summary>
internal struct ObjectHandle
{
    /// <summary>The object.</summary>
    internal MemoryObject Object;

    /// <summary>The <see cref="NameBlock"/> that goes with the handle; zero when it publishes none.</summary>
    internal VirtualAddress Name;

    /// <summary>What the process is to the object.</summary>
    internal HandleRole Role;

    /// <summary>True when it refers to an object.</summary>
    internal readonly bool IsUsed => Object.Page.Value != 0;
}
