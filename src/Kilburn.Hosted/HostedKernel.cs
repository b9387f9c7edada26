using System;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;
using Kilburn.Kernel.Processes;
using Kilburn.Model;
using Kilburn.Model.Boot;
using Kilburn.Model.Memory;
using Kilburn.Model.Profiles;

namespace Kilburn.Hosted;

/// <summary>A Raspberry Pi 2 in software with the kernel's virtual memory and monitor on its core 0.</summary>
public sealed class HostedKernel : IDisposable
{
    /// <summary>Memory of the ARM cores on a Raspberry Pi 2 whose VideoCore keeps 64 MiB.</summary>
    public const uint MemoryLength = 0x3C00_0000;

    private readonly Machine _machine;
    private VirtualMemory _memory;
    private MonitorState _monitor;
    private ProcessSystem _processes;
    private ModelMachine<CortexA7> _core;
    private HostedBoard _board;

    private HostedKernel(IHostedConsole console, uint memoryInBytes, Func<MachineOptions, MachineOptions>? configure)
    {
        Console = console;
        MachineOptions options = new()
        {
            Banks =
            [
                MemoryBank.Memory(0, memoryInBytes),
                new MemoryBank(Peripherals.Shared, BankKind.Device),
                new MemoryBank(Peripherals.Local, BankKind.Device),
            ],
        };
        _machine = Machine.Create<CortexA7>(configure?.Invoke(options) ?? options);
        _core = _machine.GetCore<CortexA7>(0);
        _board = new HostedBoard(this);
    }

    /// <summary>The console.</summary>
    public IHostedConsole Console { get; }

    /// <summary>The machine that the kernel runs on.</summary>
    public Machine Machine => _machine;

    /// <summary>The virtual memory system.</summary>
    public ref VirtualMemory Memory => ref _memory;

    /// <summary>The monitor's memory.</summary>
    public ref MonitorState Monitor => ref _monitor;

    /// <summary>The processes.</summary>
    public ref ProcessSystem Processes => ref _processes;

    /// <summary>The files of the boot image.</summary>
    public byte[] Archive { get; set; } = [];

    /// <summary>What the timer shows.</summary>
    public ulong Time { get; set; }

    /// <summary>Whether Ctrl-C was typed, which the kernel has not noticed yet.</summary>
    public bool IsInterruptAsked { get; set; }

    /// <summary>Core 0.</summary>
    public ref ModelMachine<CortexA7> Core => ref _core;

    /// <summary>The board.</summary>
    public ref HostedBoard Board => ref _board;

    /// <summary>Boots: entry code, then <see cref="VirtualMemory.TryStart"/>, each step reported on the console.</summary>
    /// <param name="console">Gets what the kernel prints, and gives what it reads.</param>
    /// <param name="memoryInBytes">Memory from address 0.</param>
    /// <param name="configure">May change the machine's options before it is made.</param>
    /// <exception cref="InvalidOperationException">The start failed.</exception>
    public static HostedKernel Boot(
        IHostedConsole console, uint memoryInBytes = MemoryLength, Func<MachineOptions, MachineOptions>? configure = null)
    {
        HostedKernel kernel = new(console, memoryInBytes, configure);
        BootedKernel booted = BootCode.Run<CortexA7>(kernel._machine);
        StartReporter<HostedBoard> reporter = new(kernel._board);
        VmStatus status = kernel._memory.TryStart(ref kernel._core, ref reporter, booted.Image, booted.Map);
        BoardDevices devices = default;
        status = status == VmStatus.Ok ? devices.TryMap(ref kernel._core, ref kernel._memory) : status;
        return status == VmStatus.Ok
            ? kernel
            : throw new InvalidOperationException($"The virtual memory system did not start: {status}.");
    }

    /// <inheritdoc/>
    public void Dispose() => _machine.Dispose();
}
