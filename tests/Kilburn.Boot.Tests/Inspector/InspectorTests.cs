using System;
using System.Diagnostics;
using System.IO;
using System.Text.RegularExpressions;
using Xunit;

namespace Kilburn.Boot.Tests.Inspector;

/// <summary>The command, on one running kernel with an active space.</summary>
public sealed class InspectorTests(KilburnGuest running) : IClassFixture<KilburnGuest>
{
    private const string Command = "src/Kilburn.Cli/bin/Debug/net10.0/kilburn";
    private const string Ram = "--ram 0:960M";

    [Fact]
    public void Walks_OfTheRunningKernel_AgreeWithTheEmulators()
    {
        RunningGuest guest = running.Guest;

        GuestComparison.Compare(guest);

        guest.Type("walk 0x80008000", "0x80008000 -> 0x00008000"); // it runs on
    }

    [Fact]
    public void Audit_OfTheRunningKernel_FindsNothing()
    {
        RunningGuest guest = running.Guest;

        Shell audit = Kilburn($"audit --gdb localhost:{guest.Port} {Ram} --device 0x3F000000:16M");

        Assert.Equal((0, "18 rules, 0 findings\n"), (audit.ExitCode, audit.Output));
    }

    [Fact]
    public void Regions_OfTheRunningKernel_AreThoseOfItsOwnMap()
    {
        RunningGuest guest = running.Guest;

        Shell regions = Kilburn($"regions --gdb localhost:{guest.Port} --symbols {BuiltFiles.Kernel} --dacr 0x55555555");

        Assert.Equal(0, regions.ExitCode);
        Assert.Matches(@"(?m)^0x00001000-0x00001FFF +4K .* small page +rw- +rw- +normal write-back +inner +process", regions.Output);
        Assert.Matches(@"(?m)^0x80008000-0x800.* r-x +--- +normal write-back +inner +global", regions.Output);
        Assert.Matches(@"(?m)^0x81000000-0xBBFFFFFF +944M .* supersection +rw- +---", regions.Output);
        Assert.Matches(@"(?m)^0xFFFF0000-0xFFFF0FFF +4K +0x00000000-0x00000FFF +small page +r-x", regions.Output);
        Assert.EndsWith("regions, short descriptors\n", regions.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Snapshots_BeforeAndAfterAChange_DifferInIt()
    {
        RunningGuest guest = running.Guest;
        string directory = Directory.CreateTempSubdirectory("kilburn").FullName;
        try
        {
            Assert.Equal(0, Kilburn($"snapshot {directory}/a --gdb localhost:{guest.Port}").ExitCode);
            guest.Type("space map 1 0x5000 r", "0x00005000");
            Assert.Equal(0, Kilburn($"snapshot {directory}/b --gdb localhost:{guest.Port}").ExitCode);

            Shell same = Kilburn($"diff {directory}/a {directory}/a");
            Shell diff = Kilburn($"diff {directory}/a {directory}/b");

            Assert.Equal((0, "0 changes\n"), (same.ExitCode, same.Output));
            Assert.Equal(1, diff.ExitCode);
            Assert.Matches(@"(?m)^mapped +0x00005000-0x00005FFF +4K +- ", diff.Output);
            Assert.EndsWith("\n1 change\n", diff.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }

    [Fact]
    public void Watch_ShowsWhatTheGuestChanges()
    {
        RunningGuest guest = running.Guest;
        ProcessStartInfo start = new(Path.Combine(BuiltFiles.Root, Command)) { RedirectStandardOutput = true };
        foreach (string argument in (string[])["watch", "--gdb", $"localhost:{guest.Port}", "--interval", "0.2", "--json"])
        {
            start.ArgumentList.Add(argument);
        }

        using Process watch = Process.Start(start)!;
        try
        {
            Assert.Contains("\"changes\":[]", watch.StandardOutput.ReadLine(), StringComparison.Ordinal);
            guest.Type("space map 1 0x7000 rw", "0x00007000");
            string? line;
            do
            {
                line = watch.StandardOutput.ReadLine();
            }
            while (line is not null && line.Contains("\"changes\":[]", StringComparison.Ordinal));

            Assert.Contains("\"kind\":\"mapped\",\"start\":\"0x00007000\"", line, StringComparison.Ordinal);
        }
        finally
        {
            watch.Kill();
        }
    }

    [Theory]
    [InlineData("", "running")]
    [InlineData("--stay-stopped", "paused")]
    public void Guest_AfterALook_IsLeftAsAsked(string option, string state)
    {
        RunningGuest guest = running.Guest;

        Shell walk = Kilburn($"walk 0xFFFF0000 --gdb localhost:{guest.Port} {option}");

        Assert.Equal(0, walk.ExitCode);
        Assert.Contains($"VM status: {state}", guest.Ask("info status"), StringComparison.Ordinal);
        guest.Ask("cont");
    }

    [Fact]
    public void Core_OfTheRunningKernel_HasTheSameRegions()
    {
        RunningGuest guest = running.Guest;
        string directory = Directory.CreateTempSubdirectory("kilburn").FullName;
        try
        {
            Shell live = Kilburn($"regions --gdb localhost:{guest.Port} --stay-stopped --json");
            guest.Ask($"dump-guest-memory {directory}/core");
            guest.Ask("cont");
            File.WriteAllText($"{directory}/registers", Regex.Replace(RegistersOf(live.Output), "\"|,", ""));

            Shell core = Kilburn($"regions --image {directory}/core --registers {directory}/registers --json");

            Assert.Equal((0, core.Errors), (core.ExitCode, ""));
            Assert.Equal(WithoutSource(live.Output), WithoutSource(core.Output));
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }

    [Fact]
    public void Transcript_OfTheReadme_IsWhatOneSees()
    {
        string readme = File.ReadAllText(Path.Combine(BuiltFiles.Root, "README.md"));
        Match transcript = Regex.Match(readme, @"`kilburn (?<arguments>[^`]+) --gdb localhost:1234` prints:\n\n```\n(?<output>.*?)```", RegexOptions.Singleline);
        Assert.True(transcript.Success);

        Shell run = Kilburn($"{transcript.Groups["arguments"].Value} --gdb localhost:{running.Guest.Port}");

        Assert.Equal(Masked(transcript.Groups["output"].Value), Masked(run.Output));
    }

    // The image grows and shrinks with each change, and with it the place of its tables.
    private static string Masked(string text) => Regex.Replace(text, "0x[0-9A-F]+", "#");

    private static Shell Kilburn(string arguments) => Shell.Run($"{Command} {arguments}");

    private static string RegistersOf(string json) => Regex.Match(json, @"""registers"": \{(.*?)\}", RegexOptions.Singleline).Groups[1].Value;

    private static string WithoutSource(string json) => Regex.Replace(json, @"""source"": .*", "");
}
