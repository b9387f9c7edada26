using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using Xunit;

namespace Kilburn.Boot.Tests.Inspector;

/// <summary>A guest that runs in QEMU, with its console, QEMU's monitor and QEMU's gdb stub at hand.</summary>
internal sealed class RunningGuest : IDisposable
{
    private const string Prompt = "(qemu) ";
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    private readonly string _directory = Directory.CreateTempSubdirectory("kilburn").FullName;
    private readonly BlockingCollection<string> _lines = [];
    private readonly Process _process;
    private readonly Socket _monitor = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private RunningGuest(string[] arguments)
    {
        Port = FreePort();
        string socket = Path.Combine(_directory, "monitor");
        ProcessStartInfo start = new("qemu-system-arm")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])["-display", "none", "-serial", "stdio", "-monitor", $"unix:{socket},server,nowait",
            "-gdb", $"tcp:localhost:{Port}", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException("QEMU did not start.");
        _process.OutputDataReceived += (_, data) => Take(data.Data);
        _process.ErrorDataReceived += (_, data) => Take(data.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _monitor.ReceiveTimeout = (int)s_limit.TotalMilliseconds;
        Connect(socket);
    }

    /// <summary>The port of the gdb stub.</summary>
    public int Port { get; }

    /// <summary>Boots Kilburn to its prompt.</summary>
    public static RunningGuest BootKilburn()
    {
        RunningGuest guest = new(["-M", "raspi2b", "-kernel", BuiltFiles.Kernel,
            "-semihosting-config", "enable=on,target=native,arg=monitor"]);
        guest.WaitFor("machine: started");
        return guest;
    }

    /// <summary>Boots something else.</summary>
    /// <param name="arguments">Of QEMU.</param>
    public static RunningGuest Boot(params string[] arguments) => new(arguments);

    /// <summary>Waits for a line of the console.</summary>
    /// <param name="text">What is in it.</param>
    public void WaitFor(string text)
    {
        StringBuilder seen = new();
        Stopwatch time = Stopwatch.StartNew();
        while (time.Elapsed < s_limit)
        {
            if (_lines.TryTake(out string? line, TimeSpan.FromSeconds(1)))
            {
                seen.AppendLine(line);
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    return;
                }
            }
            else if (_process.HasExited)
            {
                break;
            }
        }

        Assert.Fail($"'{text}' did not come:\n{seen}");
    }

    /// <summary>Types a line at the console, and waits for a line.</summary>
    /// <param name="line">What to type.</param>
    /// <param name="answer">What is in the line that it waits for.</param>
    public void Type(string line, string answer)
    {
        _process.StandardInput.Write(line + "\r");
        _process.StandardInput.Flush();
        WaitFor(answer);
    }

    /// <summary>Presses a key at the console, and waits for a line.</summary>
    /// <param name="key">The key.</param>
    /// <param name="answer">What is in the line that it waits for.</param>
    public void Press(char key, string answer)
    {
        _process.StandardInput.Write(key);
        _process.StandardInput.Flush();
        WaitFor(answer);
    }

    /// <summary>Asks QEMU's monitor.</summary>
    /// <param name="command">A command of it.</param>
    public string Ask(string command)
    {
        _monitor.Send(Encoding.ASCII.GetBytes(command + "\n"));
        string answer = ReadToPrompt();
        int echo = answer.IndexOf('\n', StringComparison.Ordinal);
        return answer[(echo + 1)..].Trim();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _monitor.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _lines.Dispose();
        Directory.Delete(_directory, true);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Connect(string socket)
    {
        Stopwatch time = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                _monitor.Connect(new UnixDomainSocketEndPoint(socket));
                break;
            }
            catch (SocketException) when (time.Elapsed < s_limit && !_process.HasExited)
            {
                Thread.Sleep(50);
            }
        }

        ReadToPrompt();
    }

    private string ReadToPrompt()
    {
        StringBuilder text = new();
        byte[] buffer = new byte[4096];
        while (!text.ToString().EndsWith(Prompt, StringComparison.Ordinal))
        {
            int length = _monitor.Receive(buffer);
            Assert.NotEqual(0, length);
            text.Append(Encoding.ASCII.GetString(buffer, 0, length));
        }

        return text.ToString()[..^Prompt.Length];
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        try
        {
            _lines.Add(line);
        }
        catch (InvalidOperationException)
        {
            // What comes after the end is nobody's.
        }
    }
}
