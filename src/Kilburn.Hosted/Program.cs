using System;
using System.Text;
using Kilburn.Core;
using Kilburn.Kernel.Monitor;
using Kilburn.Model;

namespace Kilburn.Hosted;

/// <summary>Runs the kernel's monitor on the software machine: what <c>./run --model</c> starts.</summary>
internal static class Program
{
    private const int Succeeded = 0;
    private const int CommandFailed = 1;
    private const int MachineFailed = 2;

    private static int Main(string[] arguments)
    {
        string? batch = null;
        if (arguments is ["--batch", string commands])
        {
            batch = commands;
        }
        else if (arguments.Length != 0)
        {
            System.Console.Error.WriteLine("usage: Kilburn.Hosted [--batch \"COMMAND; COMMAND\"]");
            return MachineFailed;
        }

        using StandardConsole console = new();
        while (true)
        {
            try
            {
                return Run(console, batch);
            }
            catch (PowerOffException stop)
            {
                return stop.Status;
            }
            catch (RebootException)
            {
                // The same machine again, from its reset.
            }
            catch (Exception failure) when (failure is MachinePanicException or MachineFaultException
                or MachineAccessException or InvalidOperationException)
            {
                console.Dispose();
                System.Console.Error.WriteLine(failure.Message);
                return MachineFailed;
            }
        }
    }

    private static int Run(IHostedConsole console, string? batch)
    {
        using HostedKernel kernel = HostedKernel.Boot(console);
        if (batch is null)
        {
            MonitorShell.Run(ref kernel.Core, ref kernel.Board, ref kernel.Monitor);
            return Succeeded;
        }

        CommandOutcome outcome = MonitorShell.RunBatch(
            ref kernel.Core, ref kernel.Board, ref kernel.Monitor, Encoding.UTF8.GetBytes(batch));
        return outcome == CommandOutcome.Done ? Succeeded : CommandFailed;
    }
}
