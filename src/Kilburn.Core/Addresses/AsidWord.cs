using System.Runtime.CompilerServices;

namespace Kilburn.Core.Addresses;

/// <summary>The one word by which a space holds an ASID, and a core says which it runs.</summary>
/// <remarks>
/// <code>
///  31                    8 7      0
/// +-----------------------+--------+
/// |      generation       |  ASID  |
/// +-----------------------+--------+
/// </code>
/// Generations count from 1. Generation 0 is never current: such a word still names the ASID under which old entries may lie in a
/// TLB, but gives no right to run. A word of zero never had one.
/// </remarks>
public static class AsidWord
{
    /// <summary>The generation that a started allocator begins with, and begins again with after the last.</summary>
    public const uint FirstGeneration = 1;

    /// <summary>The generation after which the count begins again; the one above it is <see cref="Retired"/>'s.</summary>
    public const uint LastGeneration = (1u << (32 - GenerationShift)) - 2;

    /// <summary>The word of a space that is being destroyed, or was.</summary>
    public const uint Retired = uint.MaxValue;

    /// <summary>Where the generation begins.</summary>
    public const int GenerationShift = 8;

    private const uint AsidMask = (1u << GenerationShift) - 1;

    /// <summary>Builds a word.</summary>
    /// <param name="generation">0 to <see cref="LastGeneration"/>.</param>
    /// <param name="asid">0 to 255.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(uint generation, uint asid) => (generation << GenerationShift) | asid;

    /// <summary>The ASID, valid in its generation or not.</summary>
    /// <param name="word">Any word but <see cref="Retired"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Asid AsidOf(uint word) => new(word & AsidMask);

    /// <summary>The generation.</summary>
    /// <param name="word">Any word.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint GenerationOf(uint word) => word >> GenerationShift;

    /// <summary>True when two words are of one generation.</summary>
    /// <param name="left">Any word.</param>
    /// <param name="right">Any word.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsSameGeneration(uint left, uint right) => (left ^ right) <= AsidMask;

    /// <summary>True when three words are of one generation.</summary>
    /// <param name="first">Any word.</param>
    /// <param name="second">Any word.</param>
    /// <param name="third">Any word.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreSameGeneration(uint first, uint second, uint third) =>
        ((first ^ third) | (second ^ third)) <= AsidMask;

    /// <summary>The word of the same generation without an ASID: what a core says that runs no space.</summary>
    /// <param name="word">Any word.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint WithoutAsid(uint word) => word & ~AsidMask;
}
