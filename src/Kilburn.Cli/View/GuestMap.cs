using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using Kilburn.Cli.Commands;
using Kilburn.Inspector.Audit;
using Kilburn.Inspector.Json;
using Kilburn.Inspector.Maps;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;

namespace Kilburn.Cli.View;

/// <summary>All that the page shows of a guest, at one moment.</summary>
internal sealed class GuestMap
{
    // Beyond this, the walks would be most of the page.
    private const int MostWalks = 4000;

    private readonly Guest _guest;

    /// <summary>Reads a guest.</summary>
    /// <param name="guest">The guest.</param>
    public GuestMap(Guest guest)
    {
        _guest = guest;
        Tables = new TranslationTables(guest.Registers, guest.Memory);
        TableScan scan = Tables.Scan();
        TableCheck.Require(scan);
        Regions = RegionBuilder.Merge(scan.Leaves);
        Findings = guest.Registers.IsMmuOn ? Auditor.Check(new AuditContext(guest, null, []), []).Findings : [];
        Summary = MapSummary.Of(scan, Tables.Format);
    }

    /// <summary>The tables.</summary>
    public TranslationTables Tables { get; }

    /// <summary>What is mapped.</summary>
    public IReadOnlyList<Region> Regions { get; }

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<Finding> Findings { get; }

    /// <summary>Sizes.</summary>
    public MapSummary Summary { get; }

    /// <summary>A line about it.</summary>
    public string Title => $"{_guest.Name}: {Inspector.Numbers.Count(Regions.Count, "region")}, {Tables.Format.Name}, {Inspector.Numbers.Count(Findings.Count, "finding")}";

    /// <summary>A walk.</summary>
    /// <param name="address">Any virtual address.</param>
    public JsonObject Walk(uint address) => MapJson.Of(
        Tables.Walk(address, AccessKind.Read, Privilege.Kernel), _guest.Registers.HasLongDescriptors, _guest.Symbols);

    /// <summary>As JSON.</summary>
    /// <param name="changes">Since the last look.</param>
    /// <param name="hasWalks">With the walk of each region's first address: for a page without a server.</param>
    public JsonObject ToJson(IReadOnlyList<MapChange> changes, bool hasWalks)
    {
        JsonObject json = MapJson.Envelope("view", _guest.Name);
        json["title"] = Title;
        json["format"] = Tables.Format.Name;
        json["registers"] = MapJson.Of(_guest.Registers);
        json["regions"] = MapJson.Of(Regions, _guest.Symbols);
        json["findings"] = MapJson.Of(Findings);
        json["summary"] = MapJson.Of(Summary);
        json["changes"] = MapJson.Of(changes);
        if (hasWalks)
        {
            json["walks"] = new JsonArray([.. Regions.Take(MostWalks).Select(region => Walk(region.Start))]);
        }

        return json;
    }
}
