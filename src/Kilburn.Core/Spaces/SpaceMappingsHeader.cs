using Kilburn.Core.Addresses;

namespace Kilburn.Core.Spaces;

/// <summary>The start of a space's page of mappings. Guarded by the objects' lock.</summary>
internal struct SpaceMappingsHeader
{
    /// <summary>Mappings that follow.</summary>
    public uint Count;

    /// <summary>Control page of the space.</summary>
    public PhysicalAddress ControlPage;

    /// <summary>Mappings of the next space that has some: <see cref="SpaceCommons.FirstMappings"/>.</summary>
    public PhysicalAddress Next;

    /// <summary>Mappings of the previous one.</summary>
    public PhysicalAddress Previous;
}
