using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using Kilburn.Inspector.Audit;
using Kilburn.Inspector.Maps;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;

namespace Kilburn.Inspector.Json;

/// <summary>What the verbs say, as JSON. The schema is in <c>docs/inspector.md</c>: addresses are text, sizes are numbers.</summary>
public static class MapJson
{
    /// <summary>Version of the schema: a new one for a change that a reader could stumble on.</summary>
    public const string Schema = "kilburn/1";

    /// <summary>The outer object of every answer.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="source">Name of the source; null for a verb without one.</param>
    public static JsonObject Envelope(string verb, string? source) => new()
    {
        ["schema"] = Schema,
        ["verb"] = verb,
        ["source"] = source,
    };

    /// <summary>Registers.</summary>
    /// <param name="registers">The guest's.</param>
    public static JsonObject Of(GuestRegisters registers)
    {
        RegisterSet set = RegisterSet.Of(registers);
        JsonObject json = [];
        foreach (string name in RegisterSet.Names)
        {
            json[name] = Numbers.Address(set.Get(name) ?? 0);
        }

        return json;
    }

    /// <summary>A region.</summary>
    /// <param name="region">The region.</param>
    /// <param name="symbols">For the name of its start; null for none.</param>
    public static JsonObject Of(in Region region, SymbolTable? symbols = null)
    {
        JsonObject json = new()
        {
            ["start"] = Numbers.Address(region.Start),
            ["end"] = Numbers.Address(region.End),
            ["size"] = region.LengthInBytes,
            ["physical"] = Numbers.Address(region.Physical),
            ["block"] = region.Block?.Name ?? "flat",
            ["blockSize"] = region.Block?.LengthInBytes ?? region.LengthInBytes,
        };
        AddAttributes(json, region.Attributes);
        json["symbol"] = symbols?.NameOf(region.Start);
        return json;
    }

    /// <summary>Regions.</summary>
    /// <param name="regions">The regions.</param>
    /// <param name="symbols">For their names; null for none.</param>
    public static JsonArray Of(IEnumerable<Region> regions, SymbolTable? symbols = null) =>
        [.. regions.Select(region => Of(region, symbols))];

    /// <summary>A walk.</summary>
    /// <param name="walk">The walk.</param>
    /// <param name="isLong">Whether the guest has long descriptors.</param>
    /// <param name="symbols">For the address's name; null for none.</param>
    public static JsonObject Of(Walk walk, bool isLong, SymbolTable? symbols = null)
    {
        JsonObject json = new()
        {
            ["address"] = Numbers.Address(walk.Address),
            ["symbol"] = symbols?.NameOf(walk.Address),
            ["register"] = walk.Root?.Register,
            ["steps"] = new JsonArray([.. walk.Steps.Select(Of)]),
            ["physical"] = walk.Physical is ulong physical ? Numbers.Address(physical) : null,
            ["mapping"] = walk.Leaf is Leaf leaf ? Of(leaf) : null,
            ["fault"] = null,
        };
        if (walk.Fault.IsFault)
        {
            json["fault"] = new JsonObject
            {
                ["reason"] = walk.Fault.Reason.ToString(),
                ["level"] = walk.Fault.Level,
                ["code"] = walk.Fault.Code(isLong),
                ["text"] = Words.Of(walk.Fault, isLong),
            };
        }

        return json;
    }

    /// <summary>A descriptor's form and fields.</summary>
    /// <param name="form">Its form.</param>
    /// <param name="word">The descriptor.</param>
    public static JsonObject Of(DescriptorForm form, ulong word)
    {
        JsonObject fields = [];
        foreach ((string name, ulong value) in Words.FieldsOf(form, word))
        {
            fields[name] = value;
        }

        return new JsonObject
        {
            ["level"] = form.Level,
            ["word"] = Numbers.Address(word),
            ["form"] = form.Name,
            ["fields"] = fields,
        };
    }

    /// <summary>An entry with a translation.</summary>
    /// <param name="leaf">The entry.</param>
    public static JsonObject Of(in Leaf leaf)
    {
        JsonObject json = new()
        {
            ["start"] = Numbers.Address(leaf.Address),
            ["size"] = leaf.LengthInBytes,
            ["physical"] = Numbers.Address(leaf.Physical),
            ["block"] = leaf.Form?.Name ?? "flat",
        };
        AddAttributes(json, leaf.Attributes);
        return json;
    }

    /// <summary>Rights, type and the rest.</summary>
    /// <param name="attributes">The attributes.</param>
    public static JsonObject Of(in PageAttributes attributes)
    {
        JsonObject json = [];
        AddAttributes(json, attributes);
        return json;
    }

    /// <summary>Sizes by kind.</summary>
    /// <param name="summary">The summary.</param>
    public static JsonObject Of(MapSummary summary) => new()
    {
        ["mapped"] = summary.MappedInBytes,
        ["user"] = summary.UserInBytes,
        ["global"] = summary.GlobalInBytes,
        ["blocks"] = Of(summary.Blocks),
        ["rights"] = Of(summary.Rights),
        ["types"] = Of(summary.Types),
        ["tables"] = new JsonArray([.. summary.Tables.Select(tally => new JsonObject
        {
            ["level"] = tally.Level,
            ["count"] = tally.Count,
            ["size"] = tally.LengthInBytes,
            ["validEntries"] = tally.ValidEntries,
            ["wasted"] = tally.WastedInBytes,
        })]),
    };

    /// <summary>Adds findings.</summary>
    /// <param name="json">Gets them.</param>
    /// <param name="result">The audit's.</param>
    /// <param name="kernelStart">Where kernel addresses were taken to begin.</param>
    public static void Add(JsonObject json, AuditResult result, uint kernelStart)
    {
        json["kernelStart"] = Numbers.Address(kernelStart);
        json["findings"] = Of(result.Findings);
        json["partlyChecked"] = new JsonArray([.. result.PartlyChecked.Select(rule => (JsonNode)rule.Id)]);
    }

    /// <summary>Findings.</summary>
    /// <param name="findings">The findings.</param>
    public static JsonArray Of(IEnumerable<Finding> findings) => [.. findings.Select(Of)];

    /// <summary>Rules of the audit.</summary>
    /// <param name="rules">The rules.</param>
    public static JsonArray Of(IEnumerable<AuditRule> rules) => [.. rules.Select(rule => new JsonObject
    {
        ["rule"] = rule.Id,
        ["severity"] = rule.Severity.ToString().ToLowerInvariant(),
        ["section"] = rule.Section,
        ["title"] = rule.Title,
    })];

    /// <summary>Changes of a map.</summary>
    /// <param name="changes">The changes.</param>
    public static JsonArray Of(IEnumerable<MapChange> changes) => [.. changes.Select(change => new JsonObject
    {
        ["kind"] = change.Kind,
        ["start"] = Numbers.Address(change.Start),
        ["size"] = change.LengthInBytes,
        ["before"] = change.Before is Region before ? Of(before) : null,
        ["after"] = change.After is Region after ? Of(after) : null,
    })];

    private static JsonObject Of(WalkStep step)
    {
        if (step.Form is null)
        {
            return new JsonObject { ["level"] = step.Level, ["at"] = Numbers.Address(step.Slot), ["word"] = null };
        }

        JsonObject json = Of(step.Form, step.Word);
        json["at"] = Numbers.Address(step.Slot);
        return json;
    }

    private static JsonObject Of(Finding finding) => new()
    {
        ["rule"] = finding.Rule.Id,
        ["severity"] = finding.Rule.Severity.ToString().ToLowerInvariant(),
        ["section"] = finding.Rule.Section,
        ["title"] = finding.Rule.Title,
        ["start"] = Numbers.Address(finding.Address),
        ["size"] = finding.LengthInBytes,
        ["physical"] = Numbers.Address(finding.Physical),
        ["message"] = finding.Message,
    };

    private static JsonObject Of(IEnumerable<(string Name, ulong LengthInBytes)> sizes)
    {
        JsonObject json = [];
        foreach ((string name, ulong length) in sizes)
        {
            json[name] = length;
        }

        return json;
    }

    private static void AddAttributes(JsonObject json, in PageAttributes attributes)
    {
        json["kernel"] = Words.Of(attributes.Kernel);
        json["user"] = Words.Of(attributes.User);
        json["type"] = Words.Of(attributes.Memory.Kind);
        json["memory"] = Words.Of(attributes.Memory);
        json["sharing"] = Words.Of(attributes.Memory.Sharing);
        json["global"] = attributes.IsGlobal;
        json["accessed"] = attributes.IsAccessed;
        json["nonSecure"] = attributes.IsNonSecure;
        json["domain"] = attributes.Domain;
        json["paint"] = MapPaint.Of(attributes);
    }
}
