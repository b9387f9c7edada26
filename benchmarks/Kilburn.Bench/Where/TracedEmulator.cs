using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Kilburn.Inspector.Sources;

namespace Kilburn.Bench.Where;

/// <summary>Runs the kernel's <c>bench</c> up to a row, and logs each instruction from there until a later row is printed.</summary>
/// <remarks>
/// The way to the first row is paced by breakpoints where results are printed: QEMU stops there exactly, where a look at the console would
/// come late. QEMU logs to its standard error.
/// </remarks>
internal sealed class TracedEmulator
{
    private const string Program = "qemu-system-arm";
    private const string BreakpointKind = "2"; // bytes of a Thumb instruction
    private const int BufferLength = 1 << 20;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly string _kernel;
    private readonly IReadOnlyList<uint> _breakpoints;

    /// <summary>An emulator that has not started.</summary>
    /// <param name="kernel">The ELF file.</param>
    /// <param name="breakpoints">Where the results of a row begin to be printed.</param>
    internal TracedEmulator(string kernel, IReadOnlyList<uint> breakpoints)
    {
        _kernel = kernel;
        _breakpoints = breakpoints;
    }

    /// <summary>Runs.</summary>
    /// <param name="skipped">Rows that are printed before the log begins; 0 logs from the reset on.</param>
    /// <param name="last">The row whose line ends the run.</param>
    /// <param name="take">Takes each line of the log.</param>
    /// <returns>The console's lines.</returns>
    /// <exception cref="BenchException">QEMU is missing or was lost.</exception>
    internal IReadOnlyList<string> Run(int skipped, string last, Action<LogLine> take)
    {
        int port = InspectorDump.FreePort();
        ProcessStartInfo start = new(Program)
        {
            ArgumentList =
            {
                "-M", "raspi2b", "-icount", "shift=0", "-display", "none", "-monitor", "none", "-serial", "stdio", "-S",
                "-gdb", $"tcp:localhost:{port}",
                "-semihosting-config", "enable=on,target=native,arg=batch,arg=bench", "-kernel", _kernel,
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process emulator = Process.Start(start) ?? throw new BenchException($"{Program} cannot be started");
        try
        {
            Task log = Task.Run(() => ReadLog(emulator.StandardError.BaseStream, take));
            Task<List<string>> console = Task.Run(() => ReadConsole(emulator.StandardOutput, last));
            using GdbConnection connection = Connect(port);
            Go(connection, skipped);
            if (!console.Wait(s_longest))
            {
                throw new BenchException($"{last} was not printed within {s_longest.TotalMinutes} minutes");
            }

            emulator.Kill();
            log.Wait();
            return console.Result;
        }
        catch (SourceException failure)
        {
            throw new BenchException($"QEMU's gdb stub: {failure.Message}");
        }
        catch (AggregateException failure) when (failure.InnerException is BenchException inner)
        {
            throw inner;
        }
        finally
        {
            emulator.Kill();
            emulator.WaitForExit();
        }
    }

    private static GdbConnection Connect(int port)
    {
        Stopwatch time = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return GdbConnection.Open("localhost", port, s_limit);
            }
            catch (SourceException) when (time.Elapsed < s_limit)
            {
                Thread.Sleep(s_pause); // QEMU is not there yet
            }
        }
    }

    private void Go(GdbConnection connection, int skipped)
    {
        for (int row = 0; row < skipped; row++)
        {
            SetBreakpoints(connection, 'Z');
            connection.Resume("c");
            SetBreakpoints(connection, 'z');
            if (row + 1 < skipped)
            {
                connection.Resume("s"); // away from the breakpoint
            }
        }

        Command(connection, "singlestep on");
        Command(connection, "log exec,nochain");
        connection.Tell("c");
    }

    private void SetBreakpoints(GdbConnection connection, char verb)
    {
        foreach (uint address in _breakpoints)
        {
            string packet = string.Create(CultureInfo.InvariantCulture, $"{verb}1,{address:x},{BreakpointKind}");
            if (connection.Ask(packet) != "OK")
            {
                throw new BenchException($"QEMU's gdb stub refuses {packet}");
            }
        }
    }

    private static void Command(GdbConnection connection, string command)
    {
        string reply = connection.Ask($"qRcmd,{Convert.ToHexStringLower(Encoding.ASCII.GetBytes(command))}");
        if (reply != "OK")
        {
            throw new BenchException($"QEMU's monitor refuses '{command}': {reply}");
        }
    }

    private static List<string> ReadConsole(StreamReader console, string last)
    {
        List<string> lines = [];
        do
        {
            string line = console.ReadLine() ?? throw new BenchException("QEMU ended before the run did");
            lines.Add(line.TrimEnd('\r'));
            if (KernelLog.IsLast(lines[^1]))
            {
                throw new BenchException($"the run ended before {last}: {lines[^1]}");
            }
        }
        while (!KernelLog.IsRow(lines[^1], last));
        return lines;
    }

    private static void ReadLog(Stream log, Action<LogLine> take)
    {
        byte[] buffer = new byte[BufferLength];
        int length = 0;
        for (int read = log.Read(buffer); read > 0; read = log.Read(buffer, length, buffer.Length - length))
        {
            length += read;
            ReadOnlySpan<byte> rest = buffer.AsSpan(0, length);
            for (int end = rest.IndexOf((byte)'\n'); end >= 0; end = rest.IndexOf((byte)'\n'))
            {
                take(LogLine.Parse(rest[..end]));
                rest = rest[(end + 1)..];
            }

            rest.CopyTo(buffer);
            length = rest.Length;
        }
    }
}
