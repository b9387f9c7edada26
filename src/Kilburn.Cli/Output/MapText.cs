using System.Collections.Generic;
using System.Linq;
using Kilburn.Inspector;
using Kilburn.Inspector.Maps;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;

namespace Kilburn.Cli.Output;

/// <summary>Regions and walks as text.</summary>
internal static class MapText
{
    private const string WritableAndExecutable = "red";
    private const string UserStyle = "green";
    private const string DeviceStyle = "yellow";

    /// <summary>Prints regions as a table.</summary>
    /// <param name="regions">The regions.</param>
    /// <param name="symbols">For their names; null for none.</param>
    public static void Write(IEnumerable<Region> regions, SymbolTable? symbols)
    {
        TextTable table = symbols is null
            ? new TextTable("virtual", ">size", "physical", "block", "kernel", "user", "memory", "shared", "scope")
            : new TextTable("virtual", ">size", "physical", "block", "kernel", "user", "memory", "shared", "scope", "symbol");
        foreach (Region region in regions)
        {
            string[] cells = Cells(region);
            table.Add(Style(region.Attributes), symbols is null ? cells : [.. cells, symbols.NameOf(region.Start) ?? string.Empty]);
        }

        table.Write();
    }

    /// <summary>A range of virtual addresses.</summary>
    /// <param name="start">Its first.</param>
    /// <param name="lengthInBytes">Its length.</param>
    public static string Range(uint start, ulong lengthInBytes) =>
        $"{Numbers.Address(start)}-{Numbers.Address(start + lengthInBytes - 1)}";

    /// <summary>A mapping in a line.</summary>
    /// <param name="attributes">What it allows.</param>
    public static string Of(in PageAttributes attributes)
    {
        List<string> words =
        [
            $"kernel {Words.Of(attributes.Kernel)}",
            $"user {Words.Of(attributes.User)}",
            Words.Of(attributes.Memory),
        ];
        if (attributes.Memory.Sharing != Shareability.None)
        {
            words.Add(attributes.Memory.Sharing == Shareability.Shared ? "shareable" : $"{Words.Of(attributes.Memory.Sharing)} shareable");
        }

        words.Add(Scope(attributes));
        return string.Join(", ", words);
    }

    private static string[] Cells(in Region region) =>
    [
        Range(region.Start, region.LengthInBytes),
        Numbers.Size(region.LengthInBytes),
        $"{Numbers.Address(region.Physical)}-{Numbers.Address(region.PhysicalRange.End - 1)}",
        region.Block?.Name ?? "flat",
        Words.Of(region.Attributes.Kernel),
        Words.Of(region.Attributes.User),
        Words.Of(region.Attributes.Memory),
        Words.Of(region.Attributes.Memory.Sharing),
        Scope(region.Attributes),
    ];

    private static string Scope(in PageAttributes attributes)
    {
        string scope = attributes.IsGlobal ? "global" : "process";
        scope += attributes.IsAccessed ? string.Empty : ", access flag clear";
        scope += attributes.IsNonSecure ? ", non-secure" : string.Empty;
        scope += attributes.DomainAccess switch
        {
            PageAttributes.Client => string.Empty,
            PageAttributes.Manager => $", manager of domain {attributes.Domain}",
            _ => $", domain {attributes.Domain} closed",
        };
        return scope;
    }

    private static string? Style(in PageAttributes attributes)
    {
        if ((attributes.Kernel | attributes.User).HasFlag(Rights.Write | Rights.Execute))
        {
            return WritableAndExecutable;
        }

        if (attributes.Memory.Kind != MemoryKind.Normal)
        {
            return DeviceStyle;
        }

        return attributes.User != Rights.None ? UserStyle : null;
    }

    /// <summary>The fields of a descriptor, in a line.</summary>
    /// <param name="form">Its form.</param>
    /// <param name="word">The descriptor.</param>
    public static string Fields(DescriptorForm form, ulong word) => string.Join(' ', Words.FieldsOf(form, word)
        .Select(field => field.Value < 10 ? $"{field.Name}={field.Value}" : $"{field.Name}=0x{field.Value:X}"));
}
