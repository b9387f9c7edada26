using System.Runtime.CompilerServices;

namespace Kilburn.Core.Asids;

/// <summary>A bit for each core that may hold something.</summary>
public static class CoreSet
{
    /// <summary>The set that has no core: nobody has said yet, or does not say now, and any core may be one.</summary>
    public const uint Unknown = 0;

    /// <summary>True when no core but the one can hold anything.</summary>
    /// <param name="cores">The set.</param>
    /// <param name="coreIndex">The one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsOnly(uint cores, uint coreIndex) => cores == 1u << (int)coreIndex;
}
