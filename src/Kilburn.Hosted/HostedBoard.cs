using System;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Cores;
using Kilburn.Kernel.Stress;
using Kilburn.Kernel.Terminal;
using Kilburn.Model.Cores;
using Kilburn.Model.Translation;

namespace Kilburn.Hosted;

/// <summary>The board of a <see cref="HostedKernel"/>.</summary>
/// <param name="kernel">The kernel.</param>
public partial struct HostedBoard(HostedKernel kernel) : IBoard
{
    private readonly HostedKernel _kernel = kernel;

    /// <inheritdoc/>
    public readonly ref VirtualMemory Memory => ref _kernel.Memory;

    /// <inheritdoc/>
    public readonly uint InstructionCount => 0;

    /// <inheritdoc/>
    public readonly uint StartInstructionCount => 0;

    /// <inheritdoc/>
    public readonly uint Ticks => unchecked((uint)Environment.TickCount);

    /// <inheritdoc/>
    public readonly uint TicksPerSecond => 1000;

    /// <inheritdoc/>
    public readonly bool TryDrawRandom(out uint word)
    {
        word = (uint)RandomNumberGenerator.GetInt32(int.MinValue, int.MaxValue);
        return true;
    }

    /// <inheritdoc/>
    public readonly CoreState StateOf(uint core) => core == 0 ? CoreState.Monitor : CoreState.Off;

    /// <inheritdoc/>
    public readonly uint LockRetriesOf(uint core) => 0;

    /// <inheritdoc/>
    public readonly void StartStress(uint core, ref StressPlan plan) =>
        throw new NotSupportedException("the software machine runs the monitor's core only");

    /// <inheritdoc/>
    public readonly void WriteByte(byte value) => _kernel.Console.Write(value);

    /// <inheritdoc/>
    public readonly void Flush()
    {
    }

    /// <inheritdoc/>
    public readonly bool TryReadByte(out byte value)
    {
        int read = _kernel.Console.Read();
        value = read < 0 ? (byte)0 : (byte)read;
        return read >= 0;
    }

    /// <inheritdoc/>
    public readonly bool TakeInterrupt()
    {
        bool isAsked = _kernel.IsInterruptAsked;
        _kernel.IsInterruptAsked = false;
        return isAsked;
    }

    /// <inheritdoc/>
    public readonly FaultReport Probe(FaultAccess access, VirtualAddress address, ref uint value)
    {
        uint domains = _kernel.Core.ReadRegister(SystemRegister.DomainAccessControl);
        _kernel.Core.WriteRegister(SystemRegister.DomainAccessControl, DomainAccess.KernelAndUser);
        _kernel.Core.SynchronizeContext();
        ProcessorCore core = _kernel.Core.Core;
        AccessResult result = access switch
        {
            FaultAccess.Read => core.Read(address),
            FaultAccess.Write => core.Write(address, value),
            _ => core.Fetch(address),
        };
        _kernel.Core.WriteRegister(SystemRegister.DomainAccessControl, domains);
        _kernel.Core.SynchronizeContext();
        if (result.IsFault)
        {
            return access == FaultAccess.Execute
                ? FaultReport.FromPrefetchAbort(result.FaultStatus, result.FaultAddress)
                : FaultReport.FromDataAbort(result.FaultStatus, result.FaultAddress);
        }

        value = access == FaultAccess.Read ? result.Value : value;
        return default;
    }

    /// <inheritdoc/>
    public void DescribeMachine()
    {
        this.WriteLine("machine: Raspberry Pi 2 in software, one core at work"u8);
        this.WriteLine("machine: 4 x Cortex-A7 model, 256 ASIDs, coherent walks"u8);
    }

    /// <inheritdoc/>
    [DoesNotReturn]
    public readonly void PowerOff(uint status) => throw new PowerOffException((int)status);

    /// <inheritdoc/>
    [DoesNotReturn]
    public readonly void Reboot() => throw new RebootException();
}
