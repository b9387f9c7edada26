using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading;
using Xunit;

namespace Kilburn.Boot.Tests;

/// <summary>An emulated Raspberry Pi 2 that ran until the kernel ended it.</summary>
internal sealed class Emulator
{
    private const int LinesShown = 40;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    private Emulator(int exitCode, string[] lines)
    {
        ExitCode = exitCode;
        Lines = lines;
    }

    /// <summary>The status that the kernel ended with.</summary>
    public int ExitCode { get; }

    /// <summary>What it printed.</summary>
    public IReadOnlyList<string> Lines { get; }

    /// <summary>Everything, for a message.</summary>
    public string Output => string.Join('\n', Lines);

    /// <summary>Boots the ELF file of a kernel with a command line.</summary>
    /// <param name="kernel">The file.</param>
    /// <param name="purpose"><c>batch</c> or <c>crash</c>.</param>
    /// <param name="rest">Commands, or the kind of crash.</param>
    public static Emulator Boot(string kernel, string purpose, string rest) =>
        Run(["-kernel", kernel, .. CommandLine(purpose, rest)]);

    /// <summary>Boots the ELF file of a kernel for a batch, with one nanosecond of virtual time to an instruction.</summary>
    /// <param name="kernel">The file.</param>
    /// <param name="commands">The batch.</param>
    public static Emulator BootCounting(string kernel, string commands) =>
        Run(["-icount", "shift=0", "-kernel", kernel, .. CommandLine("batch", commands)]);

    /// <summary>Boots a raw image as QEMU's firmware option does: at 0x8000, on all cores.</summary>
    /// <param name="image">The file.</param>
    /// <param name="commands">The batch.</param>
    public static Emulator BootRaw(string image, string commands) =>
        Run(["-bios", image, .. CommandLine("batch", commands)]);

    /// <summary>Boots a raw image through the firmware stub, with a device tree.</summary>
    /// <param name="image">The file.</param>
    /// <param name="tree">The flattened tree.</param>
    /// <param name="commands">The batch.</param>
    public static Emulator BootThroughFirmware(string image, byte[] tree, string commands)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, tree);
            return Run([
                "-kernel", BuiltFiles.Firmware,
                "-device", $"loader,file={image},addr=0x8000,force-raw=on",
                "-device", $"loader,file={file},addr=0x02000000,force-raw=on",
                .. CommandLine("batch", commands)]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The line that starts with a text.</summary>
    /// <param name="start">The text.</param>
    public string LineOf(string start)
    {
        foreach (string line in Lines)
        {
            if (line.StartsWith(start, StringComparison.Ordinal))
            {
                return line;
            }
        }

        Assert.Fail($"No line starts with '{start}':\n{Output}");
        return "";
    }

    private static string[] CommandLine(string purpose, string rest) =>
        ["-semihosting-config", $"enable=on,target=native,arg={purpose},arg={rest.Replace(",", ",,", StringComparison.Ordinal)}"];

    private static Emulator Run(string[] arguments)
    {
        ProcessStartInfo start = new("qemu-system-arm")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])["-M", "raspi2b", "-display", "none", "-monitor", "none", "-serial", "stdio",
            "-no-reboot", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start) ?? throw new InvalidOperationException("QEMU did not start.");
        process.StandardInput.Close();
        StringBuilder output = new();
        process.OutputDataReceived += (_, data) => Append(output, data.Data);
        process.ErrorDataReceived += (_, data) => Append(output, data.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(s_limit))
        {
            process.Kill();
            process.WaitForExit();
            lock (output)
            {
                string[] lines = output.ToString().Split('\n');
                Assert.Fail($"No end after {s_limit}:\n{string.Join('\n', lines[Math.Max(0, lines.Length - LinesShown)..])}");
            }
        }

        process.WaitForExit(); // also waits for the last of the output
        lock (output)
        {
            return new Emulator(process.ExitCode, output.ToString().TrimEnd('\n').Split('\n'));
        }
    }

    private static void Append(StringBuilder output, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (output)
        {
            output.Append(line.TrimEnd('\r')).Append('\n');
        }
    }
}
