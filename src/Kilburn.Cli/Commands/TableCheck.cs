using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Cli.Output;
using Kilburn.Inspector;
using Kilburn.Inspector.Maps;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;

namespace Kilburn.Cli.Commands;

/// <summary>Says aloud what could not be read, so that nobody takes a hole for an unmapped address.</summary>
internal static class TableCheck
{
    /// <summary>Reads all tables, and says what could not be read.</summary>
    /// <param name="tables">The tables.</param>
    /// <returns>What they say.</returns>
    /// <exception cref="SourceException">As <see cref="Require"/>.</exception>
    public static TableScan Read(TranslationTables tables)
    {
        TableScan scan = Progress.Run("reading the tables", tables.Scan);
        Require(scan);
        return scan;
    }

    /// <summary>Reads what is mapped, and says what could not be read.</summary>
    /// <param name="guest">The guest.</param>
    /// <returns>Its regions.</returns>
    /// <exception cref="SourceException">As <see cref="Require"/>.</exception>
    public static List<Region> ReadRegions(Guest guest) =>
        RegionBuilder.Merge(Read(new TranslationTables(guest.Registers, guest.Memory)).Leaves);

    /// <summary>Warns of tables of which parts are unknown.</summary>
    /// <param name="scan">What was read.</param>
    /// <exception cref="SourceException">Nothing of any first table was readable.</exception>
    public static void Require(TableScan scan)
    {
        TableUse[] roots = [.. scan.Tables.Where(use => use.LinkSlot is null)];
        if (roots.Length != 0 && roots.All(root => root.UnreadCount == root.EntryCount))
        {
            throw new SourceException(
                $"The source has no memory at {Numbers.Address(roots[0].Table)}, where {roots[0].Register}'s table should be.");
        }

        foreach (TableUse use in scan.Tables.Where(use => use.UnreadCount != 0))
        {
            Console.Error.WriteLine(
                $"warning: {use.UnreadCount} of {use.EntryCount} entries of the table at {Numbers.Address(use.Table)}, "
                + $"for {Numbers.Address(use.Address)} on, cannot be read");
        }
    }
}
