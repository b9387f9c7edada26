using System;
using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Kernel.Processes;
using Kilburn.Model.Cores;
using Kilburn.Model.Translation;

namespace Kilburn.Hosted;

/// <content>User mode, but for the running: copies go through the model's TLB with a program's rights, and time passes while all sleep.</content>
public partial struct HostedBoard
{
    private const uint WordMask = 3;
    private const int BitsPerByte = 8;

    /// <inheritdoc/>
    public readonly ref ProcessSystem Processes => ref _kernel.Processes;

    /// <inheritdoc/>
    public readonly ReadOnlySpan<byte> Archive => _kernel.Archive;

    /// <inheritdoc/>
    public readonly bool RunsPrograms => false;

    /// <inheritdoc/>
    public readonly VfpSwitch Vfp => VfpSwitch.Off;

    /// <inheritdoc/>
    public readonly ulong Now => _kernel.Time;

    /// <inheritdoc/>
    public readonly void EnterUser(VirtualAddress thread) => throw new NotSupportedException("The model executes no instructions.");

    /// <inheritdoc/>
    public readonly void SetCounting(UserCounting counting)
    {
        // There are no programs to count anything.
    }

    /// <inheritdoc/>
    public readonly uint CopyFromUser(
        ref byte destination, VirtualAddress source, uint lengthInBytes, out FaultReport fault)
    {
        uint domains = OpenUser();
        fault = default;
        uint done = 0;
        while (done < lengthInBytes && TryLoad(source.Add(done), out byte value, out fault))
        {
            Unsafe.Add(ref destination, (int)done) = value;
            done++;
        }

        CloseUser(domains);
        return done;
    }

    /// <inheritdoc/>
    public readonly uint CopyToUser(
        VirtualAddress destination, ref readonly byte source, uint lengthInBytes, out FaultReport fault)
    {
        uint domains = OpenUser();
        fault = default;
        uint done = 0;
        while (done < lengthInBytes
            && TryStore(destination.Add(done), Unsafe.Add(ref Unsafe.AsRef(in source), (int)done), out fault))
        {
            done++;
        }

        CloseUser(domains);
        return done;
    }

    /// <inheritdoc/>
    public readonly uint ClearUser(VirtualAddress destination, uint lengthInBytes, out FaultReport fault)
    {
        uint domains = OpenUser();
        fault = default;
        uint done = 0;
        while (done < lengthInBytes && TryStore(destination.Add(done), 0, out fault))
        {
            done++;
        }

        CloseUser(domains);
        return done;
    }

    /// <inheritdoc/>
    public readonly void SaveThread(ref ThreadBlock thread)
    {
    }

    /// <inheritdoc/>
    public readonly void LoadThread(ref ThreadBlock thread, VfpSwitch vfp)
    {
    }

    /// <inheritdoc/>
    public readonly void SaveVfp(ref ThreadBlock thread)
    {
    }

    /// <inheritdoc/>
    public readonly void LoadVfp(ref ThreadBlock thread)
    {
    }

    /// <inheritdoc/>
    public readonly ulong TicksOf(uint microseconds) => microseconds;

    /// <inheritdoc/>
    public readonly void StartSlice()
    {
    }

    /// <inheritdoc/>
    public readonly void StopSlice()
    {
    }

    /// <inheritdoc/>
    public readonly uint HelperCores => 0;

    /// <inheritdoc/>
    public readonly bool IsSliceOver => true;

    /// <inheritdoc/>
    public readonly void WakeCore(uint core)
    {
        // The others run nothing.
    }

    /// <inheritdoc/>
    public readonly void TakeWake()
    {
    }

    /// <inheritdoc/>
    public readonly void Rest(ulong deadline) => _kernel.Time = Math.Max(_kernel.Time, deadline);

    private readonly uint OpenUser()
    {
        uint domains = _kernel.Core.ReadRegister(SystemRegister.DomainAccessControl);
        _kernel.Core.WriteRegister(SystemRegister.DomainAccessControl, DomainAccess.KernelAndUser);
        _kernel.Core.SynchronizeContext();
        return domains;
    }

    private readonly void CloseUser(uint domains)
    {
        _kernel.Core.WriteRegister(SystemRegister.DomainAccessControl, domains);
        _kernel.Core.SynchronizeContext();
    }

    private readonly bool TryLoad(VirtualAddress address, out byte value, out FaultReport fault)
    {
        AccessResult result = _kernel.Core.Core.Read(address.AlignDown(sizeof(uint)), Privilege.User);
        value = (byte)(result.Value >> ShiftOf(address));
        fault = ReportOf(in result);
        return !result.IsFault;
    }

    private readonly bool TryStore(VirtualAddress address, byte value, out FaultReport fault)
    {
        VirtualAddress word = address.AlignDown(sizeof(uint));
        AccessResult result = _kernel.Core.Core.Read(word, Privilege.User); // what can be written can be read
        if (!result.IsFault)
        {
            uint others = result.Value & ~(0xFFu << ShiftOf(address));
            result = _kernel.Core.Core.Write(word, others | ((uint)value << ShiftOf(address)), Privilege.User);
        }
        else
        {
            result = _kernel.Core.Core.Write(word, 0, Privilege.User); // to be refused as a store is
        }

        fault = ReportOf(in result);
        return !result.IsFault;
    }

    private static int ShiftOf(VirtualAddress address) => (int)(address.Value & WordMask) * BitsPerByte;

    private static FaultReport ReportOf(in AccessResult result) =>
        result.IsFault ? FaultReport.FromDataAbort(result.FaultStatus, result.FaultAddress) : default;
}
