using System.Collections.Generic;
using System.Linq;
using Kilburn.Inspector.Maps;
using Kilburn.Inspector.Translation;

namespace Kilburn.Inspector.Audit;

/// <summary>Rules about where tables lie, and what stands in them.</summary>
internal static class TableRules
{
    /// <summary>Tables where there is no RAM.</summary>
    public static IEnumerable<Finding> OutsideRam(AuditRule rule, AuditContext context)
    {
        foreach (TableUse use in context.Scan.Tables)
        {
            if (use.UnreadCount != 0)
            {
                yield return Of(rule, use, context, $"nothing answers at {use.UnreadCount} of {use.EntryCount} entries of the table at {Numbers.Address(use.Table)}");
            }
            else if (context.Ram is { } ram && !AddressRange.Cover(ram, RangeOf(use, context)))
            {
                yield return Of(rule, use, context, $"the table at {Numbers.Address(use.Table)} is not in RAM");
            }
        }
    }

    /// <summary>Tables that two links lead to, or that lie in one another.</summary>
    public static IEnumerable<Finding> Shared(AuditRule rule, AuditContext context)
    {
        TableUse[] tables = [.. context.Scan.Tables.OrderBy(use => use.Start)];
        TableUse? widest = null;
        foreach (TableUse use in tables)
        {
            AddressRange range = RangeOf(use, context);
            if (widest is not null && RangeOf(widest, context).Overlaps(range))
            {
                yield return Of(
                    rule,
                    use,
                    context,
                    $"the level {use.Level} table at {Numbers.Address(use.Table)} is also used at {Numbers.Address(widest.Address)}, as level {widest.Level}");
            }

            if (widest is null || range.End > RangeOf(widest, context).End)
            {
                widest = use;
            }
        }
    }

    /// <summary>Tables that the user may write.</summary>
    public static IEnumerable<Finding> UserWrites(AuditRule rule, AuditContext context)
    {
        AddressRange[] tables = [.. context.Scan.Tables.Select(use => RangeOf(use, context)).Distinct().OrderBy(range => range.Start)];
        foreach (Region region in context.Regions.Where(region => region.Attributes.User.HasFlag(Rights.Write)))
        {
            foreach (AddressRange table in Overlapping(tables, region.PhysicalRange))
            {
                ulong start = System.Math.Max(table.Start, region.Physical);
                yield return new Finding(
                    rule,
                    (uint)(region.Start + (start - region.Physical)),
                    System.Math.Min(table.End, region.PhysicalRange.End) - start,
                    start,
                    $"the table at {Numbers.Address(table.Start)} is writable at PL0");
            }
        }
    }

    /// <summary>Descriptors with reserved encodings, and domains with one.</summary>
    public static IEnumerable<Finding> ReservedBits(AuditRule rule, AuditContext context)
    {
        foreach (DescriptorFlaw flaw in context.Scan.Flaws)
        {
            yield return new Finding(rule, flaw.Address, 1, flaw.Slot, $"descriptor 0x{flaw.Word:X8} at {Numbers.Address(flaw.Slot)}: {flaw.Reason}");
        }

        const byte ReservedDomainAccess = 2;
        foreach (Region region in context.Regions.Where(region => region.Attributes.DomainAccess == ReservedDomainAccess))
        {
            yield return new Finding(
                rule, region.Start, region.LengthInBytes, region.Physical, $"DACR has the reserved encoding 0b10 for domain {region.Attributes.Domain}");
        }
    }

    private static IEnumerable<AddressRange> Overlapping(AddressRange[] sorted, AddressRange range)
    {
        const ulong LongestTable = 0x4000;
        ulong first = range.Start > LongestTable ? range.Start - LongestTable : 0;
        int index = System.Array.BinarySearch(
            sorted, new AddressRange(first, 0), Comparer<AddressRange>.Create((left, right) => left.Start.CompareTo(right.Start)));
        for (index = index < 0 ? ~index : index; index < sorted.Length && sorted[index].Start < range.End; index++)
        {
            if (sorted[index].Overlaps(range))
            {
                yield return sorted[index];
            }
        }
    }

    private static AddressRange RangeOf(TableUse use, AuditContext context) =>
        new(use.Start, (ulong)(use.EntryCount * context.Format.WordLength));

    private static Finding Of(AuditRule rule, TableUse use, AuditContext context, string message) =>
        new(rule, use.Address, (ulong)use.EntryCount << context.Format.IndexShift(use.Level), use.Table, message);
}
