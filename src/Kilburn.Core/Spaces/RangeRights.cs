using System.Runtime.CompilerServices;
using Kilburn.Core.Descriptors;

namespace Kilburn.Core.Spaces;

/// <summary>Rights of a range, as the words of its pages have them.</summary>
internal readonly struct RangeRights
{
    private readonly uint _writable;
    private readonly uint _deferred;

    /// <summary>Encodes rights.</summary>
    /// <param name="rights">Read is among them when any is.</param>
    public RangeRights(UserRights rights)
    {
        SmallPageDescriptor allowed = SmallPageDescriptor.CreateForRange(default, rights, Writing.Allowed);
        _writable = allowed.Raw;
        _deferred = allowed.IsWritableOfRange ? allowed.WithWritesDeferred().Raw : allowed.Raw;
    }

    /// <summary>A page's word with the rights.</summary>
    /// <param name="page">A live page of a range.</param>
    /// <remarks>What could not be written may be another's too, or the frame of zeroes: a fault finds out.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Give(SmallPageDescriptor page) => page.Frame.Value | (page.IsWritableOfRange ? _writable : _deferred);
}
