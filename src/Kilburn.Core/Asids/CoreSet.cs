using System.Runtime.CompilerServices;

namespace Kilburn.Core.Asids;

/// <summary>A bit for each core.</summary>
public static class CoreSet
{
    /// <summary>True when a core other than the one is in the set.</summary>
    /// <param name="cores">The set.</param>
    /// <param name="coreIndex">The one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasOthers(uint cores, uint coreIndex) => (cores & ~(1u << (int)coreIndex)) != 0;
}
