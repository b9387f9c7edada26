namespace Kilburn.Inspector.Maps;

/// <summary>Addresses that are mapped differently in two maps.</summary>
/// <param name="Start">First virtual address.</param>
/// <param name="LengthInBytes">Up to 4 GiB.</param>
/// <param name="Before">How the first map has them; null when it does not.</param>
/// <param name="After">How the second map has them; null when it does not.</param>
public readonly record struct MapChange(uint Start, ulong LengthInBytes, Region? Before, Region? After)
{
    /// <summary>In a word.</summary>
    public string Kind => (Before, After) switch
    {
        (null, _) => "mapped",
        (_, null) => "unmapped",
        _ => "changed",
    };
}
