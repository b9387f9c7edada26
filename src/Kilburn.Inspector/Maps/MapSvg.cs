using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace Kilburn.Inspector.Maps;

/// <summary>Draws a map: 32 rows of 128 MiB.</summary>
public static class MapSvg
{
    private const int Rows = 32;
    private const ulong RowLength = (1ul << 32) / Rows;
    private const int Left = 90;
    private const int Width = 1024;
    private const int RowHeight = 16;
    private const int RowPitch = 20;
    private const int Top = 30;
    private const double Narrowest = 1.2;
    private const int LegendPitch = 20;

    /// <summary>Draws regions.</summary>
    /// <param name="title">Above the map.</param>
    /// <param name="regions">In the order of addresses.</param>
    /// <param name="marks">Addresses with something wrong.</param>
    public static string Draw(string title, IEnumerable<Region> regions, IEnumerable<uint> marks)
    {
        int legendTop = Top + (Rows * RowPitch) + LegendPitch;
        int height = legendTop + (((MapPaint.All.Length + 3) / 4) * LegendPitch);
        StringBuilder svg = new();
        Line(svg, $"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {Left + Width + 10} {height}' font-family='monospace' font-size='12'>");
        Line(svg, $"<title>{Escape(title)}</title>");
        Line(svg, "<rect width='100%' height='100%' fill='#ffffff'/>");
        Line(svg, $"<text x='8' y='18'>{Escape(title)}</text>");
        for (int row = 0; row < Rows; row++)
        {
            int y = Top + (row * RowPitch);
            Line(svg, $"<text x='8' y='{y + 12}'>{Numbers.Address((ulong)row * RowLength)}</text>");
            Line(svg, $"<rect x='{Left}' y='{y}' width='{Width}' height='{RowHeight}' fill='#eeeeee'/>");
        }

        foreach (Region region in regions)
        {
            Add(svg, region);
        }

        foreach (uint mark in marks.Distinct())
        {
            double x = Left + (mark % RowLength * (double)Width / RowLength);
            ulong y = Top + (mark / RowLength * RowPitch);
            Line(svg, $"<path d='M{x:0.##} {y - 3} l4 -5 h-8 z' fill='#c62828'><title>{Numbers.Address(mark)}</title></path>");
        }

        for (int index = 0; index < MapPaint.All.Length; index++)
        {
            int x = Left + (index % 4 * (Width / 4));
            int y = legendTop + (index / 4 * LegendPitch);
            Line(svg, $"<rect x='{x}' y='{y - 10}' width='12' height='12' fill='{MapPaint.All[index].Light}'/>");
            Line(svg, $"<text x='{x + 18}' y='{y}'>{Escape(MapPaint.All[index].Meaning)}</text>");
        }

        Line(svg, "</svg>");
        return svg.ToString();
    }

    // A region is as many rectangles as it has rows.
    private static void Add(StringBuilder svg, in Region region)
    {
        string paint = MapPaint.Of(region.Attributes);
        string colour = MapPaint.All.First(known => known.Name == paint).Light;
        for (ulong start = region.Start; start < region.End;)
        {
            ulong end = Math.Min(region.End, ((start / RowLength) + 1) * RowLength);
            double x = Left + (start % RowLength * (double)Width / RowLength);
            double width = Math.Max((end - start) * (double)Width / RowLength, Narrowest);
            ulong y = Top + (start / RowLength * RowPitch);
            Line(svg, $"<rect x='{x:0.##}' y='{y}' width='{width:0.##}' height='{RowHeight}' fill='{colour}'/>");
            start = end;
        }
    }

    private static void Line(StringBuilder svg, FormattableString text) =>
        _ = svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static void Line(StringBuilder svg, string text) => _ = svg.Append(text).Append('\n');

    private static string Escape(string text) => System.Security.SecurityElement.Escape(text);
}
