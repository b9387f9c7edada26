using System;
using System.Globalization;
using Spectre.Console;

namespace Kilburn.Bench;

/// <summary>What all tables share.</summary>
internal static class Output
{
    private const int WidthOfFile = 180;

    /// <summary>The terminal; a file gets whole lines.</summary>
    internal static IAnsiConsole Open()
    {
        IAnsiConsole console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = WidthOfFile;
        }

        return console;
    }

    /// <summary>A number with at most one digit behind the point.</summary>
    /// <param name="value">The number.</param>
    internal static string Number(decimal value) => value.ToString("#,0.#", CultureInfo.InvariantCulture).Replace(',', ' ');

    /// <summary>Whether a goal is met.</summary>
    /// <param name="isMet">It is.</param>
    internal static Text Verdict(bool isMet) => isMet
        ? new Text("met", new Style(Color.Green))
        : new Text("MISSED", new Style(Color.Red));
}
