using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using Kilburn.Inspector.Maps;

namespace Kilburn.Cli.View;

/// <summary>The page: one file, with nothing from outside.</summary>
internal static class MapPage
{
    private const string Resource = "Kilburn.Cli.View.page.html";

    /// <summary>Fills the page in.</summary>
    /// <param name="data">What it shows.</param>
    /// <param name="isLive">A server is behind it.</param>
    public static string Build(JsonObject data, bool isLive)
    {
        data["live"] = isLive;
        data["paints"] = new JsonArray([.. MapPaint.All.Select(paint => new JsonObject
        {
            ["name"] = paint.Name,
            ["meaning"] = paint.Meaning,
            ["light"] = paint.Light,
            ["dark"] = paint.Dark,
        })]);
        using Stream stream = typeof(MapPage).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not in the assembly.");
        using StreamReader reader = new(stream);

        // The default encoder writes '<' as \u003C: the data cannot end its element.
        return reader.ReadToEnd().Replace("{{data}}", data.ToJsonString(), StringComparison.Ordinal);
    }
}
