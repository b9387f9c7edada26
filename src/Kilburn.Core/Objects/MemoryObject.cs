using Kilburn.Core.Addresses;

namespace Kilburn.Core.Objects;

/// <summary>Memory that spaces can share, at different addresses and with different rights. The value is a handle.</summary>
/// <remarks>
/// Made by <see cref="MemoryObjects.TryCreate"/>, and good as long as its holder has a reference: from there or from
/// <see cref="MemoryObjects.Open"/>, until <see cref="MemoryObjects.Close"/>. A mapping has a reference of its own.
/// </remarks>
/// <param name="page">First byte of the object's page.</param>
public readonly struct MemoryObject(PhysicalAddress page)
{
    /// <summary>Most bytes that an object can have.</summary>
    public const uint LengthLimit = 0x8000_0000;

    private readonly PhysicalAddress _page = page;

    /// <summary>First byte of the object's page.</summary>
    public PhysicalAddress Page => _page;
}
