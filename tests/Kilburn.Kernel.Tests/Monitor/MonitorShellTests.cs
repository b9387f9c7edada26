using System.Linq;
using Kilburn.Hosted;
using Kilburn.Kernel.Monitor;
using Xunit;

namespace Kilburn.Kernel.Tests.Monitor;

[Trait("Machine", "Named")]
public sealed class MonitorShellTests
{
    [Fact]
    public void RunBatch_Commands_AreEchoedAndRun()
    {
        BatchRun run = BatchRun.Of("walk 0x80008000;; walk 0x10");

        Assert.Equal(CommandOutcome.Done, run.Outcome);
        Assert.Equal("> walk 0x80008000", run.Lines[0]);
        Assert.Contains("0x80008000 -> 0x00008000 4K kernel r-x normal global", run.Lines);
        Assert.Contains("> walk 0x10", run.Lines);
        Assert.Equal("0x00000010: translation fault, first level", run.Lines[^1]);
    }

    [Fact]
    public void RunBatch_UnknownCommand_StopsThere()
    {
        BatchRun run = BatchRun.Of("walk 0x10; no-such-command; walk 0x20");

        Assert.Equal(CommandOutcome.Failed, run.Outcome);
        Assert.Equal("> no-such-command", run.Lines[^2]);
        Assert.Equal("unknown command: no-such-command", run.Lines[^1]);
    }

    [Theory]
    [InlineData("walk", "missing argument; usage: walk ADDR")]
    [InlineData("write 0x80000000", "missing argument; usage: write ADDR VALUE")]
    [InlineData("space map 1", "missing argument; usage: space map ID ADDR RIGHTS")]
    [InlineData("space map 1 0x1000 r", "space map: no such space")]
    [InlineData("space map 1 0x1000 q", "no rights: q (write r, rw, rx or rwx; kr, krw, krx, krwx for the kernel alone)")]
    [InlineData("space new now", "one argument too many: now; usage: space new")]
    [InlineData("heap free 0xC3000000", "heap free: not managed")]
    [InlineData("frame free 0x8000", "frame free: not managed")]
    [InlineData("mmio map 0x8000 4K", "mmio map: memory conflict")]
    [InlineData("test 4000", "test: out of range")]
    [InlineData("stress", "missing argument; usage: stress SECONDS [SEED]")]
    [InlineData("stress 0", "stress: at least one second")]
    public void RunBatch_WrongArguments_GetOneHelpfulLine(string command, string expected)
    {
        BatchRun run = BatchRun.Of(command);

        Assert.Equal(CommandOutcome.Failed, run.Outcome);
        Assert.Equal([$"> {command}", expected], run.Lines);
    }

    [Fact]
    public void RunBatch_TwoSpaces_HoldTheirOwnWords()
    {
        BatchRun run = BatchRun.Of(
            "space new; space new; space map 1 0x400000 rw; space map 2 0x400000 rw; "
            + "space use 1; write 0x400000 0x111; space use 2; write 0x400000 0x222; space use 1; read 0x400000; "
            + "space use 0; space destroy 1; space destroy 2; spaces");

        Assert.Equal(CommandOutcome.Done, run.Outcome);
        Assert.Equal("0x00400000: 0x00000111", run.Lines[^7]);
    }

    [Fact]
    public void RunBatch_Rights_AreWhatTheyAreCalled()
    {
        BatchRun run = BatchRun.Of(
            "space new; space map 1 0x1000 r; space map 1 0x2000 rw; space map 1 0x3000 rx; space map 1 0x4000 kr; "
            + "space map 1 0x5000 krw; space use 1; map");

        string[] rights = [.. run.Lines.Where(line => line.EndsWith("process space", System.StringComparison.Ordinal))
            .Select(line => line.Substring(35, 10))];
        Assert.Equal(["user r-- n", "user rw- n", "user r-x n", "kernel r--", "kernel rw-"], rights);
    }

    [Fact]
    public void RunBatch_FaultWithoutAFault_Fails()
    {
        Assert.Equal(CommandOutcome.Done, BatchRun.Of("fault read 0x10").Outcome);
        Assert.Equal(CommandOutcome.Failed, BatchRun.Of("fault read 0x80008000").Outcome);
        Assert.Equal(CommandOutcome.Done, BatchRun.Of("fault write 0x80008000").Outcome);
        Assert.Equal(CommandOutcome.Failed, BatchRun.Of("fault write 0x80040000; fault write 0x80004000").Outcome);
        Assert.Equal(CommandOutcome.Done, BatchRun.Of("fault exec 0x80004000").Outcome);
        Assert.Equal(CommandOutcome.Failed, BatchRun.Of("fault exec 0x80008000").Outcome);
    }

    [Fact]
    public void RunBatch_StepsOn_ShowsEachStepOfAMapping()
    {
        BatchRun run = BatchRun.Of("space new; steps on; space map 1 0x400000 rw; steps off; space map 1 0x401000 rw");

        Assert.Equal(CommandOutcome.Done, run.Outcome);
        Assert.Contains(run.Lines, line => line.StartsWith("  take", System.StringComparison.Ordinal) && line.EndsWith("4K page", System.StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.EndsWith("user rw- normal private", System.StringComparison.Ordinal) && line.Contains("none -> 4K"));
        Assert.Contains(run.Lines, line => line.EndsWith("domain 1", System.StringComparison.Ordinal) && line.Contains("none -> table"));
        Assert.Contains("  maintain  DSB, ISB", run.Lines);
        Assert.StartsWith("page 0x00401000 -> ", run.Lines[^1], System.StringComparison.Ordinal);
        Assert.Equal("> space map 1 0x401000 rw", run.Lines[^2]);
    }

    [Fact]
    public void Run_Person_GetsPromptsAndAnswers()
    {
        RecordingConsole console = new("walk 0x10\rnonsense\r");
        using HostedKernel kernel = HostedKernel.Boot(console);
        console.Clear();

        MonitorShell.Run(ref kernel.Core, ref kernel.Board, ref kernel.Monitor);

        Assert.Equal("kilburn> walk 0x10", console.Lines[0]);
        Assert.Equal("0x00000010: translation fault, first level", console.Lines[2]);
        Assert.Equal("kilburn> nonsense", console.Lines[3]);
        Assert.Equal("unknown command: nonsense", console.Lines[4]);
        Assert.Equal("kilburn> ", console.Lines[^1]);
    }

    [Fact]
    public void Run_PowerOffAndReboot_EndTheMachine()
    {
        using HostedKernel kernel = HostedKernel.Boot(new RecordingConsole("poweroff\rreboot\r"));

        PowerOffException stop = Assert.Throws<PowerOffException>(
            () => MonitorShell.Run(ref kernel.Core, ref kernel.Board, ref kernel.Monitor));
        Assert.Equal(0, stop.Status);
        Assert.Throws<RebootException>(
            () => MonitorShell.Run(ref kernel.Core, ref kernel.Board, ref kernel.Monitor));
    }
}
