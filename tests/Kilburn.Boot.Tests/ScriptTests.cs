using System;
using System.IO;
using System.Linq;
using Xunit;

namespace Kilburn.Boot.Tests;

public sealed class ScriptTests
{
    [Theory]
    [InlineData("RhpNewFast", "allocates an object or an array")]
    [InlineData("RhpThrowEx", "throws")]
    [InlineData("RhpInitialDynamicInterfaceDispatch", "calls through an interface variable")]
    [InlineData("DivUInt32Internal", "divides")]
    [InlineData("__security_cookie", "uses stackalloc")]
    public void CheckFreestanding_HelperOfTheRuntimeIsCalled_FailsAndSaysWhatTheCodeDoes(string helper, string reason)
    {
        Shell check = CheckObject("eng/check-freestanding.sh", $"bl {helper}");

        Assert.Equal(1, check.ExitCode);
        Assert.Contains($"{helper}: the code {reason}", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckFreestanding_OnlyOurSymbols_Passes() =>
        Assert.Equal(0, CheckObject("eng/check-freestanding.sh", "bl arm_clear").ExitCode);

    [Fact]
    public void CheckAssembly_GlobalWithoutType_Fails()
    {
        Shell check = CheckObject("eng/check-assembly.sh", ".global arm_untyped\narm_untyped: bx lr", "$source");

        Assert.Equal(1, check.ExitCode);
        Assert.Contains("arm_untyped has no type", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Symbolize_PlacesOfAPanic_AreMethodsFilesAndLines()
    {
        Emulator crash = Emulator.Boot(BuiltFiles.Kernel, "crash", "index");
        string[] places = [.. crash.Lines.Where(line => line.StartsWith("  at 0x", StringComparison.Ordinal))];

        Shell symbolized = Shell.Run(
            "root=$PWD; . eng/symbolize.sh; image=$1; shift; for line; do symbolize \"$image\" \"$line\"; done",
            [BuiltFiles.Kernel, .. places]);

        Assert.Equal(0, symbolized.ExitCode);
        Assert.Contains("Kilburn.Kernel.Faults.Crash.Run (src/Kilburn.Kernel/Faults/Crash.cs:", symbolized.Output, StringComparison.Ordinal);
        Assert.Contains("Kilburn.Kernel.KernelEntry.Main (src/Kilburn.Kernel/KernelEntry.cs:", symbolized.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exec sleep 100", "hang: no output for 1 seconds")]
    [InlineData("echo booting; kill -SEGV $$", "the emulator was lost: status 139")]
    [InlineData("exit 7", "the emulator was lost: status 7")]
    public void RunBatch_EmulatorSaysNothingOrEnds_EndsWithTwoAndTheReason(string emulator, string reason)
    {
        Shell run = Shell.Run(
            "folder=$(mktemp -d); printf '#!/bin/bash\\n%s\\n' \"$1\" >\"$folder/qemu-system-arm\"; chmod +x \"$folder/qemu-system-arm\";"
                + " PATH=$folder:$PATH HANG_SECONDS=1 ./run --batch map; status=$?; rm -rf \"$folder\"; exit $status",
            emulator);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(reason, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_UnknownOption_EndsWithTwoAndUsage()
    {
        Shell run = Shell.Run("./run --no-such-option");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("usage: ./run", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_CommandsOnStandardInput_AreTakenFromTheFirstCharacter()
    {
        Shell run = Shell.Run("printf 'machine\\rpoweroff\\r' | ./run");

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains("machine: entered in SVC mode", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_BatchThatFails_EndsWithOneAndPrintsTheMonitorAlone()
    {
        Shell run = Shell.Run("./run --batch 'walk 0x80008000, no-such'");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("\n> walk 0x80008000, no-such\n", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("boot:", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Sources_HoldNoCFile() =>
        Assert.Empty(Shell.Run("git ls-files '*.c' '*.h' '*.cpp' '*.hpp'").Output);

    private static Shell CheckObject(string check, string assembly, string arguments = "")
    {
        string directory = Directory.CreateTempSubdirectory().FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "sample.S"), $".syntax unified\n.thumb\n.text\n{assembly}\n");
            return Shell.Run(
                $"source=$1/sample.S; arm-none-eabi-as -mcpu=cortex-a7 -o $1/sample.o $source && {check} $1/sample.o {arguments}",
                directory);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
