using System;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kilburn.Cli.Output;

/// <summary>Prints JSON.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions s_indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions s_line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Prints an answer.</summary>
    /// <param name="json">The answer.</param>
    public static void Write(JsonObject json) => Console.Out.WriteLine(json.ToJsonString(s_indented));

    /// <summary>Prints one of many answers, on a line of its own.</summary>
    /// <param name="json">The answer.</param>
    public static void WriteLine(JsonObject json) => Console.Out.WriteLine(json.ToJsonString(s_line));
}
