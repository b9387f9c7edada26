using System;
using System.Linq;
using Kilburn.Kernel.Monitor;
using Xunit;

namespace Kilburn.Kernel.Tests.Demo;

[Trait("Machine", "Named")]
public sealed class DemoTests
{
    [Fact]
    public void Demo_OnTheModel_IsAllRight()
    {
        BatchRun run = BatchRun.Of("demo");

        Assert.True(run.Outcome == CommandOutcome.Done, run.Text);
        Assert.All(run.Lines.Skip(1), line => Assert.EndsWith(" ok", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Demo_BetweenTwoStates_LeavesTheFreeFramesAsTheyWere()
    {
        BatchRun run = BatchRun.Of("pmm; demo; pmm");

        string[] free = [.. run.Lines.Where(line => line.StartsWith("free: ", StringComparison.Ordinal))];
        Assert.Equal(2, free.Length);
        Assert.Equal(free[0], free[1]);
    }

    [Fact]
    public void Demo_WithASpaceActive_LeavesItActive()
    {
        BatchRun run = BatchRun.Of("space new; space map 1 0x1000 rw; space use 1; write 0x1000 7; demo; read 0x1000");

        Assert.True(run.Outcome == CommandOutcome.Done, run.Text);
        Assert.Equal("0x00001000: 0x00000007", run.Lines[^1]);
    }
}
