namespace Kilburn.Core.Spaces;

/// <summary>What a program says about its use of a range.</summary>
public enum RangeAdvice : byte
{
    /// <summary>It will be touched soon: it gets its frames now.</summary>
    Need,

    /// <summary>Its contents are not needed any more: anonymous pages give their frames back, and are zeroes again.</summary>
    Discard,

    /// <summary>It counts as not used until it is: <see cref="AddressSpace.TryReadUse"/> tells.</summary>
    Age,
}
