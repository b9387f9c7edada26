using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;

namespace Kilburn.Core.Tables;

/// <summary>The one way in which the core writes a table word.</summary>
public static class Descriptor
{
    private const uint LengthInBytes = 4;

    /// <summary>
    /// Writes a descriptor, and cleans it to where a walker looks. The walker surely sees it only after a DSB.
    /// </summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="entry">Where the descriptor lies.</param>
    /// <param name="value">The new descriptor; zero for none.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <remarks>Source: ARM DDI 0406C.d, B3.10.1 (ordering), B3.11.1 (cleaning).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<TMachine>(
        ref TMachine machine,
        PhysicalAddress entry,
        uint value,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
        where TMachine : struct, IMachine
    {
        machine.WriteWord(entry, value, file, line);
        if (!TMachine.WalksAreCoherent)
        {
            machine.CleanToUnification(entry, LengthInBytes, file, line);
        }
    }

    /// <summary>Writes one descriptor to each word of a row, as <see cref="Write"/> does.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="first">Where the first lies.</param>
    /// <param name="value">The new descriptor; zero for none.</param>
    /// <param name="count">Words of the row, all in one table; at least 1.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteRow<TMachine>(
        ref TMachine machine,
        PhysicalAddress first,
        uint value,
        uint count,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
        where TMachine : struct, IMachine
    {
        machine.WriteWords(first, value, count, file, line);
        if (!TMachine.WalksAreCoherent)
        {
            machine.CleanToUnification(first, count * LengthInBytes, file, line);
        }
    }
}
