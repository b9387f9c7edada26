using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;

namespace Kilburn.Core.Spaces;

/// <summary>A fault of a space that is being resolved.</summary>
/// <param name="controlPage">The space's control page.</param>
/// <param name="address">The address, in the user half. The lock of its MiB is held.</param>
/// <param name="wanted">What the access wanted: one right.</param>
/// <param name="holdsSpace">True when the space's lock is held as well.</param>
internal readonly struct FaultTask(
    PhysicalAddress controlPage, VirtualAddress address, UserRights wanted, bool holdsSpace)
{
    /// <summary>The space's control page.</summary>
    public readonly PhysicalAddress ControlPage = controlPage;

    /// <summary>The address, in the user half. The lock of its MiB is held.</summary>
    public readonly VirtualAddress Address = address;

    /// <summary>What the access wanted: one right.</summary>
    public readonly UserRights Wanted = wanted;

    /// <summary>True when the space's lock is held as well.</summary>
    public readonly bool HoldsSpace = holdsSpace;
}
