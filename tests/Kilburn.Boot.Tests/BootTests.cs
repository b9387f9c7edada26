using System;
using System.Linq;
using Xunit;

namespace Kilburn.Boot.Tests;

public sealed class BootTests
{
    [Fact]
    public void Boot_AtDefaultAddress_StartsAndEndsWithZero()
    {
        Emulator run = Emulator.Boot(BuiltFiles.Kernel, "batch", "machine; cores; walk 0x80008000");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("start: the identity map is gone", run.Lines);
        Assert.Contains("start: the user table pointer is cleared", run.Lines);
        Assert.Contains("machine: entered in SVC mode", run.Lines);
        Assert.Equal(3, run.Lines.Count(line => line is "core 1: online, idle" or "core 2: online, idle" or "core 3: online, idle"));
        Assert.Contains("machine: told by the VideoCore", run.Lines);
        Assert.Contains("machine: memory 0x00000000, 960M", run.Lines);
        Assert.Contains("machine: GPU memory 0x3C000000, 64M", run.Lines);
        Assert.StartsWith("0x80008000 -> 0x00008000 4K kernel r-x normal global", run.LineOf("0x80008000 ->"), StringComparison.Ordinal);
    }

    [Fact]
    public void Boot_AtOtherAddress_ShowsTheKernelThere()
    {
        Emulator run = Emulator.Boot(BuiltFiles.KernelAt(0x8_0000), "batch", "walk 0x80080000; walk 0x80008000");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.StartsWith("0x80080000 -> 0x00080000 4K kernel r-x", run.LineOf("0x80080000 ->"), StringComparison.Ordinal);
        Assert.StartsWith("0x80008000 -> 0x00008000 4K kernel rw-", run.LineOf("0x80008000 ->"), StringComparison.Ordinal);
    }

    [Fact]
    public void Boot_ImageAcrossTheBorderOfTheFirstMib_PassesTheSelfTests()
    {
        Emulator run = Emulator.Boot(BuiltFiles.KernelAt(0xF_0000), "batch", "walk 0x800F0000; walk 0x80100000; test; run hello");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.StartsWith("0x800F0000 -> 0x000F0000 4K kernel r-x", run.LineOf("0x800F0000 ->"), StringComparison.Ordinal);
        Assert.StartsWith("0x80100000 -> 0x00100000 4K kernel r-x", run.LineOf("0x80100000 ->"), StringComparison.Ordinal);
    }

    [Fact]
    public void Boot_RawImage_StartsAsTheElfFileDoes()
    {
        Emulator run = Emulator.BootRaw(BuiltFiles.RawKernel, "machine");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("start: the user table pointer is cleared", run.Lines);
    }

    [Fact]
    public void Batch_UnknownCommand_EchoesItAndEndsWithOne()
    {
        Emulator run = Emulator.Boot(BuiltFiles.Kernel, "batch", "machine; no-such-command; machine");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("> no-such-command", run.Lines[^2]);
        Assert.Equal("unknown command: no-such-command", run.Lines[^1]);
    }

    [Fact]
    public void Batch_Reboot_EndsTheEmulatorThatMayNotReboot()
    {
        Emulator run = Emulator.Boot(BuiltFiles.Kernel, "batch", "reboot");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal("> reboot", run.Lines[^1]);
    }
}
