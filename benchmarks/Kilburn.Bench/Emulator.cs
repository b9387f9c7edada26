using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;

namespace Kilburn.Bench;

/// <summary>Boots a kernel in QEMU with one virtual nanosecond to an instruction, and hears what it prints.</summary>
internal static class Emulator
{
    private const string Program = "qemu-system-arm";
    private const int LinesOfContext = 20;
    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(5);

    /// <summary>Runs a command of the kernel that measures.</summary>
    /// <param name="kernel">The ELF file.</param>
    /// <param name="command"><c>bench</c> or <c>bench growth</c>.</param>
    /// <returns>The console's lines up to the last of the run.</returns>
    /// <exception cref="BenchException">QEMU is missing, was lost, or said nothing for minutes.</exception>
    internal static IReadOnlyList<string> Run(string kernel, string command = "bench")
    {
        ProcessStartInfo start = new(Program)
        {
            ArgumentList =
            {
                "-M", "raspi2b", "-icount", "shift=0", "-display", "none", "-monitor", "none", "-serial", "stdio",
                "-semihosting-config", $"enable=on,target=native,arg=batch,arg={command}", "-kernel", kernel,
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process emulator = Process.Start(start) ?? throw new BenchException($"{Program} cannot be started");
        try
        {
            return Listen(emulator);
        }
        finally
        {
            emulator.Kill();
            emulator.WaitForExit();
        }
    }

    private static List<string> Listen(Process emulator)
    {
        List<string> lines = [];
        while (true)
        {
            using CancellationTokenSource patience = new(s_silence);
            string? line = Read(emulator, lines, patience.Token);
            if (line is null)
            {
                throw new BenchException($"QEMU ended before the run did\n{Tail(lines)}");
            }

            lines.Add(line.TrimEnd('\r'));
            if (KernelLog.IsLast(lines[^1]))
            {
                return lines;
            }
        }
    }

    private static string? Read(Process emulator, List<string> lines, CancellationToken patience)
    {
        try
        {
            return emulator.StandardOutput.ReadLineAsync(patience).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            throw new BenchException($"no output for {s_silence.TotalMinutes} minutes\n{Tail(lines)}");
        }
    }

    private static string Tail(List<string> lines) =>
        string.Join('\n', lines.GetRange(Math.Max(0, lines.Count - LinesOfContext), Math.Min(LinesOfContext, lines.Count)));
}
