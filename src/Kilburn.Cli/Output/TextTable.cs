using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Spectre.Console;

namespace Kilburn.Cli.Output;

/// <summary>Rows of text in columns, as wide as they have to be: a line of output is a line of the table, wherever it goes.</summary>
/// <param name="columns">Headings; one that begins with <c>&gt;</c> is aligned to the right.</param>
internal sealed class TextTable(params string[] columns)
{
    private const string Gap = "  ";
    private readonly List<(string[] Cells, string? Style)> _rows = [];

    /// <summary>Adds a row.</summary>
    /// <param name="style">A style of Spectre.Console, for terminals; null for none.</param>
    /// <param name="cells">One for each column.</param>
    public void Add(string? style, params string[] cells) => _rows.Add((cells, style));

    /// <summary>Prints headings and rows; nothing for no rows.</summary>
    public void Write()
    {
        if (_rows.Count == 0)
        {
            return;
        }

        string[] headings = [.. columns.Select(column => column.TrimStart('>'))];
        int[] widths = [.. headings.Select((heading, index) => Math.Max(heading.Length, _rows.Max(row => row.Cells[index].Length)))];
        IAnsiConsole console = AnsiConsole.Console;
        bool hasColours = console.Profile.Capabilities.Ansi && !Console.IsOutputRedirected;
        WriteLine(hasColours, headings, widths, "bold");
        foreach ((string[] cells, string? style) in _rows)
        {
            WriteLine(hasColours, cells, widths, style);
        }
    }

    private void WriteLine(bool hasColours, string[] cells, int[] widths, string? style)
    {
        StringBuilder line = new();
        for (int index = 0; index < cells.Length; index++)
        {
            bool isRight = columns[index].StartsWith('>');
            _ = line.Append(isRight ? cells[index].PadLeft(widths[index]) : cells[index].PadRight(widths[index])).Append(Gap);
        }

        string text = line.ToString().TrimEnd();
        if (hasColours && style is not null)
        {
            AnsiConsole.MarkupLine($"[{style}]{Markup.Escape(text)}[/]");
        }
        else
        {
            Console.Out.WriteLine(text);
        }
    }
}
