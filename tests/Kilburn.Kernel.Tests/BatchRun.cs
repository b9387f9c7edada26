using System.Text;
using Kilburn.Hosted;
using Kilburn.Kernel.Monitor;

namespace Kilburn.Kernel.Tests;

/// <summary>What a batch on a freshly booted hosted kernel prints, and how it ends.</summary>
internal sealed record BatchRun(CommandOutcome Outcome, string[] Lines)
{
    public string Text => string.Join('\n', Lines);

    public static BatchRun Of(string commands)
    {
        RecordingConsole console = new();
        using HostedKernel kernel = HostedKernel.Boot(console);
        console.Clear();
        CommandOutcome outcome = MonitorShell.RunBatch(
            ref kernel.Core, ref kernel.Board, ref kernel.Monitor, Encoding.ASCII.GetBytes(commands));
        return new BatchRun(outcome, console.Lines);
    }
}
