using System;
using System.Collections.Generic;
using System.Linq;
using ScottPlot;

namespace Kilburn.Bench.Growth;

/// <summary>A chart of curves that have what they grow with in common.</summary>
/// <param name="Name">Of its file.</param>
/// <param name="Title">What is shown.</param>
/// <param name="Unit">What it grows with.</param>
/// <param name="Series">The curves, as the kernel names them.</param>
/// <param name="Text">How the curves go, for people.</param>
internal sealed record GrowthChart(string Name, string Title, string Unit, IReadOnlyList<string> Series, string Text)
{
    private const int Width = 720;
    private const int Height = 360;
    private const double LeastSpan = 10; // a flat curve shall look flat

    /// <summary>Draws it.</summary>
    /// <param name="points">Of all charts.</param>
    /// <returns>SVG.</returns>
    internal string Draw(IReadOnlyList<GrowthPoint> points)
    {
        Plot plot = new();
        plot.Title(Title);
        plot.XLabel($"{Unit}, logarithmic");
        plot.YLabel("instructions, logarithmic");
        double most = 1;
        double least = double.MaxValue;
        foreach (string series in Series)
        {
            GrowthPoint[] curve = [.. points.Where(point => point.Series == series)];
            double[] values = [.. curve.Select(point => Math.Max((double)point.Mean, 1))];
            most = Math.Max(most, values.Max());
            least = Math.Min(least, values.Min());
            ScottPlot.Plottables.Scatter line = plot.Add.Scatter(
                curve.Select(point => Place(point.X)).ToArray(), values.Select(Math.Log10).ToArray());
            line.LegendText = series;
            line.LineWidth = 2;
            line.MarkerSize = 6;
        }

        long[] places = [.. points.Where(point => Series.Contains(point.Series)).Select(point => point.X).Distinct().Order()];
        int step = Math.Max(1, (places.Length + 8) / 9);
        long[] named = [.. places.Where((_, index) => index % step == 0)];
        plot.Axes.Bottom.SetTicks(named.Select(Place).ToArray(), [.. named.Select(x => Output.Number(x))]);
        double bottom = Math.Floor(Math.Log10(least));
        double top = Math.Ceiling(Math.Log10(Math.Max(most, least * LeastSpan)));
        double[] powers = [.. Enumerable.Range((int)bottom, (int)(top - bottom) + 1).Select(power => (double)power)];
        plot.Axes.Left.SetTicks(powers, [.. powers.Select(power => Output.Number((decimal)Math.Pow(10, power)))]);
        plot.Axes.SetLimitsY(bottom, top);
        plot.ShowLegend(Alignment.UpperLeft);
        return plot.GetSvgXml(Width, Height);
    }

    private static double Place(long x) => Math.Log2(x == 0 ? 0.5 : x);
}
