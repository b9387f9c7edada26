using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace Kilburn.Bench.Growth;

/// <summary>Writes <c>docs/growth.md</c> and its charts.</summary>
internal static class GrowthPage
{
    private const string Images = "images";

    /// <summary>Writes page and charts.</summary>
    /// <param name="documents">The folder of the page.</param>
    /// <param name="points">The run.</param>
    /// <exception cref="BenchException">A curve of a chart was not measured, or a file cannot be written.</exception>
    internal static void Write(string documents, IReadOnlyList<GrowthPoint> points)
    {
        string? missing = GrowthCharts.All.SelectMany(chart => chart.Series)
            .FirstOrDefault(series => points.All(point => point.Series != series));
        if (missing is not null)
        {
            throw new BenchException($"the run has no curve {missing}");
        }

        try
        {
            foreach (GrowthChart chart in GrowthCharts.All)
            {
                File.WriteAllText(Path.Combine(documents, Images, FileOf(chart)), chart.Draw(points) + "\n");
            }

            File.WriteAllText(Path.Combine(documents, "growth.md"), Compose(points));
        }
        catch (IOException failure)
        {
            throw new BenchException(failure.Message);
        }
    }

    /// <summary>The page.</summary>
    /// <param name="points">The run.</param>
    internal static string Compose(IReadOnlyList<GrowthPoint> points)
    {
        StringBuilder page = new();
        _ = page.Append("""
            # Growth

            What operations take where there is little and much of what they may grow with: instructions, as `./bench --growth` counts them
            in QEMU and writes them here, tables and charts. How they are counted stands in [figures](figures.md).


            """.Replace("\r", ""));
        foreach (GrowthChart chart in GrowthCharts.All)
        {
            _ = page.Append($"## {chart.Title}\n\n{chart.Text}\n\n![{chart.Title}]({Images}/{FileOf(chart)})\n\n");
            AppendTable(page, chart, points);
        }

        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static void AppendTable(StringBuilder page, GrowthChart chart, IReadOnlyList<GrowthPoint> points)
    {
        _ = page.Append($"| {chart.Unit} | {string.Join(" | ", chart.Series.Select(series => $"`{series}`"))} |\n");
        _ = page.Append($"|---:|{string.Concat(chart.Series.Select(_ => "---:|"))}\n");
        foreach (IGrouping<long, GrowthPoint> row in points.Where(point => chart.Series.Contains(point.Series))
            .GroupBy(point => point.X)
            .OrderBy(row => row.Key))
        {
            IEnumerable<string> cells = chart.Series.Select(
                series => row.FirstOrDefault(point => point.Series == series) is { } point ? Output.Number(point.Mean) : "");
            _ = page.Append($"| {Output.Number(row.Key)} | {string.Join(" | ", cells)} |\n");
        }

        _ = page.Append('\n');
    }

    private static string FileOf(GrowthChart chart) => $"growth-{chart.Name}.svg";
}
