using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Kilburn.Bench.Growth;
using Xunit;

namespace Kilburn.Bench.Tests.Growth;

public sealed class GrowthPageTests
{
    private static readonly GrowthPoint[] s_points =
    [
        .. GrowthCharts.All.SelectMany(chart => chart.Series).SelectMany(series => (IEnumerable<GrowthPoint>)
            [new GrowthPoint(series, 0, 12.5m), new GrowthPoint(series, 16, 1000m), new GrowthPoint(series, 100_000, 1_234_567m)]),
    ];

    [Fact]
    public void Compose_Points_HasATableAndAChartForEach()
    {
        string page = GrowthPage.Compose(s_points);

        Assert.All(GrowthCharts.All, chart => Assert.Contains($"](images/growth-{chart.Name}.svg)", page));
        Assert.Contains("| MiB | `size.allocate` | `size.free` |\n|---:|---:|---:|\n| 0 | 12.5 | 12.5 |\n| 16 | 1 000 | 1 000 |\n", page);
    }

    [Fact]
    public void Draw_Curves_GivesSvgWithTheirNames()
    {
        string image = GrowthCharts.All[0].Draw(s_points);

        Assert.Contains("<svg", image);
        Assert.Contains("</svg>", image);
    }

    [Fact]
    public void Write_CurveThatIsMissing_IsRefused() =>
        Assert.Contains("size.allocate", Assert.Throws<BenchException>(() => GrowthPage.Write(Path.GetTempPath(), [])).Message);

    [Fact]
    public void Write_Points_WritesPageAndImages()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        _ = Directory.CreateDirectory(Path.Combine(folder, "images"));
        GrowthPage.Write(folder, s_points);

        Assert.Equal(GrowthCharts.All.Count, Directory.GetFiles(Path.Combine(folder, "images"), "*.svg").Length);
        Assert.True(File.Exists(Path.Combine(folder, "growth.md")));
        Directory.Delete(folder, true);
    }
}
