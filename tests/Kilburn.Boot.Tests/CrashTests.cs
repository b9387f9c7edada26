using System;
using System.Linq;
using Xunit;

namespace Kilburn.Boot.Tests;

public sealed class CrashTests
{
    private const int FailedStatus = 1;
    private const int PanicStatus = 2;

    [Fact]
    public void Crash_WriteToUnmapped_IsAPanicWithWalkRegistersAndPlaces()
    {
        Emulator run = Crash("fault");

        Assert.Contains("panic: write 0xFFFF8000: translation, second level", run.Output, StringComparison.Ordinal);
        Assert.Contains("  walk: first level 0x00007FFC holds ", run.Output, StringComparison.Ordinal);
        Assert.Contains("  pc  0x", run.Output, StringComparison.Ordinal);
        Assert.True(PlacesOf(run) >= 3, run.Output);
    }

    [Fact]
    public void Crash_CallOfUnmapped_IsAPanic() =>
        Assert.Contains("panic: exec 0xFFFF8000: translation, second level", Crash("execute").Output, StringComparison.Ordinal);

    [Fact]
    public void Crash_UndefinedInstruction_IsAPanic() => Assert.Contains("panic: undefined instruction", Crash("undefined").Lines);

    [Fact]
    public void Crash_BrokenInvariant_IsAPanicThatNamesIt()
    {
        Emulator run = Crash("invariant");

        Assert.Contains("panic: T1: broken on purpose: 0xFFFF8000", run.Lines);
        Assert.True(PlacesOf(run) >= 3, run.Output);
    }

    [Fact]
    public void Crash_LockTakenOutOfOrder_IsAPanicThatTellsBothPlaces()
    {
        Emulator run = Crash("lock");

        Assert.Contains("panic: L2: a lock taken while one of the same or a higher rank is held: 0x00000002", run.Lines);
        int place = run.Lines.ToList().IndexOf("the lock that is held was taken") + 1;
        Assert.NotEqual(0, place);
        Assert.StartsWith("  at 0x8", run.Lines[place], StringComparison.Ordinal);
    }

    [Fact]
    public void Crash_IndexOutOfRange_IsAPanic() => Assert.Contains("panic: an index out of range", Crash("index").Lines);

    [Fact]
    public void Crash_EndlessRecursion_HitsTheGuardPageAndIsNamed() =>
        Assert.Contains(
            "stack overflow, core 0, supervisor stack", Crash("overflow").LineOf("panic: write "), StringComparison.Ordinal);

    [Fact]
    public void Crash_FaultInsideTheFaultPath_StopsTheMachineAndSaysSo()
    {
        Emulator run = Crash("nested");

        Assert.Contains(
            "stack overflow, core 0, abort stack", run.LineOf("panic: a fault inside the fault path"), StringComparison.Ordinal);
        Assert.Contains("The machine is stopped.", run.Lines);
    }

    [Fact]
    public void Crash_UnknownKind_EndsTheKernelAndSaysThatNothingCrashed()
    {
        Emulator run = Emulator.Boot(BuiltFiles.Kernel, "crash", "nothing");

        Assert.Contains("crash: the kernel goes on", run.Lines);
        Assert.Equal(FailedStatus, run.ExitCode);
    }

    private static Emulator Crash(string kind)
    {
        Emulator run = Emulator.Boot(BuiltFiles.Kernel, "crash", kind);

        Assert.True(run.ExitCode == PanicStatus, run.Output);
        return run;
    }

    private static int PlacesOf(Emulator run) => run.Lines.Count(line => line.StartsWith("  at 0x", StringComparison.Ordinal));
}
