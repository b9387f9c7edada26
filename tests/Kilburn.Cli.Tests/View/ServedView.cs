using System;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Kilburn.Cli.Tests.Commands;

namespace Kilburn.Cli.Tests.View;

/// <summary><c>kilburn view</c> at work.</summary>
internal sealed class ServedView : IDisposable
{
    private readonly Process _process;

    public ServedView(params string[] source)
    {
        ProcessStartInfo start = new(CommandRun.Executable) { RedirectStandardOutput = true };
        foreach (string argument in (string[])["view", "--port", "0", "--json", .. source])
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException("The command did not start.");
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The command ended.");
        Url = JsonNode.Parse(line)!["url"]!.GetValue<string>();
    }

    public string Url { get; }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
