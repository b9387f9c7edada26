using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using Kilburn.Boot.Tests;
using Kilburn.Boot.Tests.Inspector;
using Xunit;

namespace Kilburn.LinuxBoot.Tests;

/// <summary>The inspector on stock Debian kernels, in the folder that LINUX_KERNELS names.</summary>
public sealed class LinuxTests
{
    private const string Ram = "0x40000000:512M";

    // The kernel's package, and the format of its tables.
    public static TheoryData<string, string> Kernels() => new()
    {
        { "armmp", "short descriptors" },
        { "armmp-lpae", "long descriptors" },
    };

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Regions_AreRight(string flavour, string format)
    {
        using RunningGuest guest = Boot(flavour);

        JsonNode json = Kilburn($"regions --gdb localhost:{guest.Port} --json", 0);

        Assert.Equal(format, json["format"]!.GetValue<string>());
        JsonNode text = Assert.Single(json["regions"]!.AsArray(), region =>
            region!["start"]!.GetValue<string>().StartsWith("0xC0", StringComparison.Ordinal) && region["kernel"]!.GetValue<string>() == "r-x")!;
        Assert.Equal("---", text["user"]!.GetValue<string>());
        Assert.Contains(json["regions"]!.AsArray(), region => region!["start"]!.GetValue<string>() == "0xFFFF0000" && region["user"]!.GetValue<string>() == "r-x");
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Walks_AgreeWithTheEmulators(string flavour, string format)
    {
        using RunningGuest guest = Boot(flavour);
        GuestComparison.Compare(guest);
        Assert.EndsWith("descriptors", format, StringComparison.Ordinal);
    }

    // What Linux is known to do: vectors that the user reads, and bit 4 of its links. Its own check for writable and
    // executable memory in the kernel half says at start that there is none, and so does this one.
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Audit_FindsWhatLinuxIsKnownFor(string flavour, string format)
    {
        using RunningGuest guest = Boot(flavour);

        JsonArray findings = Kilburn($"audit --gdb localhost:{guest.Port} --ram {Ram} --json", 1)["findings"]!.AsArray();

        Assert.All(Of(findings, "user-reaches-kernel"), finding => Assert.Equal("0xFFFF0000", finding["start"]!.GetValue<string>()));
        Assert.NotEmpty(Of(findings, "user-reaches-kernel"));
        Assert.DoesNotContain(Of(findings, "write-execute"), finding => string.CompareOrdinal(finding["start"]!.GetValue<string>(), "0xC0000000") >= 0);
        Assert.Equal(format == "short descriptors", Of(findings, "reserved-bits").Length != 0);
    }

    private static JsonNode[] Of(JsonArray findings, string rule) =>
        [.. findings.Where(finding => finding!["rule"]!.GetValue<string>() == rule)!];

    private static JsonNode Kilburn(string arguments, int status)
    {
        Shell shell = Shell.Run($"src/Kilburn.Cli/bin/Debug/net10.0/kilburn {arguments}");
        Assert.Equal((status, ""), (shell.ExitCode, shell.Errors));
        return JsonNode.Parse(shell.Output)!;
    }

    private static RunningGuest Boot(string flavour)
    {
        string kernels = Environment.GetEnvironmentVariable("LINUX_KERNELS")
            ?? throw new InvalidOperationException("LINUX_KERNELS is not set: ./test --linux sets it.");
        string disk = Path.Combine(AppContext.BaseDirectory, "initrd");
        InitialRamDisk.Write(disk, File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "init")));
        RunningGuest guest = RunningGuest.Boot(
            "-M", "virt,highmem=off", "-cpu", "cortex-a15", "-m", "512", "-nic", "none",
            "-kernel", Path.Combine(kernels, $"vmlinuz-{flavour}"), "-initrd", disk, "-append", "console=ttyAMA0 nokaslr");
        guest.WaitFor("Checked W+X mappings: passed");
        guest.WaitFor("init is running");
        return guest;
    }
}
