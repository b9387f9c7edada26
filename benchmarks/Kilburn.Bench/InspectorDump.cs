using System;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;

namespace Kilburn.Bench;

/// <summary>Counts what the inspector reads from QEMU's gdb stub to know all tables of the running kernel.</summary>
internal static class InspectorDump
{
    private const string Program = "qemu-system-arm";
    private const string Started = "machine: started";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <summary>Boots the kernel, reads all tables once, and says what that took.</summary>
    /// <param name="kernel">The ELF file.</param>
    /// <exception cref="BenchException">QEMU is missing, or the kernel or the stub does not answer.</exception>
    internal static string Run(string kernel)
    {
        int port = FreePort();
        ProcessStartInfo start = new(Program)
        {
            ArgumentList =
            {
                "-M", "raspi2b", "-display", "none", "-monitor", "none", "-serial", "stdio", "-gdb", $"tcp:localhost:{port}",
                "-semihosting-config", "enable=on,target=native,arg=monitor", "-kernel", kernel,
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process emulator = Process.Start(start) ?? throw new BenchException($"{Program} cannot be started");
        try
        {
            string? line;
            do
            {
                line = emulator.StandardOutput.ReadLine() ?? throw new BenchException("QEMU ended before the kernel had started");
            }
            while (!line.StartsWith(Started, StringComparison.Ordinal));
            return Read(port);
        }
        catch (SourceException failure)
        {
            throw new BenchException($"the inspector: {failure.Message}");
        }
        finally
        {
            emulator.Kill();
            emulator.WaitForExit();
        }
    }

    /// <summary>A TCP port that nobody listens on.</summary>
    internal static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Read(int port)
    {
        using GdbConnection connection = GdbConnection.Open("localhost", port, s_limit);
        using GdbTarget target = new(connection, false, null, null);
        GuestRegisters registers = RegisterSet.Read(target, SecurityBank.Enabled).ToGuest();
        long before = connection.BytesReceived;
        TableScan scan = new TranslationTables(registers, target).Scan();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"inspector: a whole dump reads {target.BytesRead} bytes in {scan.Tables.Count} tables; {connection.BytesReceived - before} come from the stub");
    }
}
