using System.IO;
using Xunit;

namespace Kilburn.Boot.Tests;

public sealed class SampleTests
{
    [Fact]
    public void FirstKernel_Boots_ShowsTwoSpacesAtOneAddress()
    {
        Emulator run = Emulator.Boot(Path.Combine(BuiltFiles.Root, "samples/FirstKernel/bin/Debug/net10.0/kernel.elf"), "none", "");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal(
            ["memory stands", "the left space", "the right space", "the left space", "both spaces are gone"], run.Lines);
    }
}
