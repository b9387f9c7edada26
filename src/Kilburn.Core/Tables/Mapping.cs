using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;

namespace Kilburn.Core.Tables;

/// <summary>What one live descriptor says, whatever its form.</summary>
/// <remarks>Values as the descriptor holds them: a word from a foreign table may have rights without a name.</remarks>
public struct Mapping
{
    /// <summary>First byte of the block.</summary>
    public PhysicalAddress Frame;

    /// <summary>4 KiB, 64 KiB, 1 MiB or 16 MiB.</summary>
    public uint LengthInBytes;

    /// <summary>AP[2:0].</summary>
    public AccessPermission Access;

    /// <summary>TEX[0], C, B.</summary>
    public MemoryType Type;

    /// <summary>nG.</summary>
    public Scope Scope;

    /// <summary>XN.</summary>
    public Execution Execution;

    /// <summary>PXN of the first level.</summary>
    public bool IsPrivilegedExecuteNever;

    /// <summary>S.</summary>
    public bool IsShareable;

    /// <summary>0 to 15.</summary>
    public uint Domain;

    /// <summary>True when rights, type, scope and domain are equal; frame and length may differ.</summary>
    /// <param name="other">Another mapping.</param>
    public readonly bool HasAttributesOf(in Mapping other) =>
        Access == other.Access && Type == other.Type && Scope == other.Scope && Execution == other.Execution
        && IsPrivilegedExecuteNever == other.IsPrivilegedExecuteNever && IsShareable == other.IsShareable
        && Domain == other.Domain;

    /// <summary>Reads a section.</summary>
    /// <param name="section">The descriptor.</param>
    public static Mapping Of(SectionDescriptor section) => new()
    {
        Frame = section.Frame,
        LengthInBytes = PageSize.Section,
        Access = section.Access,
        Type = section.Type,
        Scope = section.Scope,
        Execution = section.Execution,
        IsPrivilegedExecuteNever = section.IsPrivilegedExecuteNever,
        IsShareable = section.IsShareable,
        Domain = section.Domain,
    };

    /// <summary>Reads a supersection.</summary>
    /// <param name="supersection">The descriptor.</param>
    public static Mapping Of(SupersectionDescriptor supersection) => new()
    {
        Frame = supersection.Frame,
        LengthInBytes = PageSize.Supersection,
        Access = supersection.Access,
        Type = supersection.Type,
        Scope = supersection.Scope,
        Execution = supersection.Execution,
        IsPrivilegedExecuteNever = supersection.IsPrivilegedExecuteNever,
        IsShareable = supersection.IsShareable,
        Domain = 0,
    };

    /// <summary>Reads a page under the link that led to it.</summary>
    /// <param name="link">The first-level descriptor: domain and PXN are its.</param>
    /// <param name="entry">The second-level word.</param>
    /// <param name="mapping">The mapping; default when the word maps nothing.</param>
    /// <returns>True when the word is live.</returns>
    public static bool TryDecode(PageTableDescriptor link, SecondLevelEntry entry, out Mapping mapping)
    {
        switch (entry.Kind)
        {
            case SecondLevelKind.Small:
                SmallPageDescriptor small = entry.Small;
                mapping = new Mapping
                {
                    Frame = small.Frame,
                    LengthInBytes = PageSize.Small,
                    Access = small.Access,
                    Type = small.Type,
                    Scope = small.Scope,
                    Execution = small.Execution,
                    IsShareable = small.IsShareable,
                };
                break;
            case SecondLevelKind.Large:
                LargePageDescriptor large = entry.Large;
                mapping = new Mapping
                {
                    Frame = large.Frame,
                    LengthInBytes = PageSize.Large,
                    Access = large.Access,
                    Type = large.Type,
                    Scope = large.Scope,
                    Execution = large.Execution,
                    IsShareable = large.IsShareable,
                };
                break;
            default:
                mapping = default;
                return false;
        }

        mapping.IsPrivilegedExecuteNever = link.IsPrivilegedExecuteNever;
        mapping.Domain = link.Domain;
        return true;
    }
}
