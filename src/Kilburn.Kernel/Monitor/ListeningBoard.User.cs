using System;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Kernel.Processes;

namespace Kilburn.Kernel.Monitor;

/// <content>User mode: what programs write is always seen.</content>
public partial struct ListeningBoard<TBoard>
{
    /// <inheritdoc/>
    public ref ProcessSystem Processes => ref _inner.Processes;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Archive => _inner.Archive;

    /// <inheritdoc/>
    public bool RunsPrograms => _inner.RunsPrograms;

    /// <inheritdoc/>
    public VfpSwitch Vfp => _inner.Vfp;

    /// <inheritdoc/>
    public ulong Now => _inner.Now;

    /// <inheritdoc/>
    public void EnterUser(VirtualAddress thread) => _inner.EnterUser(thread);

    /// <inheritdoc/>
    public void SetCounting(UserCounting counting) => _inner.SetCounting(counting);

    /// <inheritdoc/>
    public uint CopyFromUser(ref byte destination, VirtualAddress source, uint lengthInBytes, out FaultReport fault) =>
        _inner.CopyFromUser(ref destination, source, lengthInBytes, out fault);

    /// <inheritdoc/>
    public uint CopyToUser(
        VirtualAddress destination, ref readonly byte source, uint lengthInBytes, out FaultReport fault) =>
        _inner.CopyToUser(destination, in source, lengthInBytes, out fault);

    /// <inheritdoc/>
    public uint ClearUser(VirtualAddress destination, uint lengthInBytes, out FaultReport fault) =>
        _inner.ClearUser(destination, lengthInBytes, out fault);

    /// <inheritdoc/>
    public void SaveThread(ref ThreadBlock thread) => _inner.SaveThread(ref thread);

    /// <inheritdoc/>
    public void LoadThread(ref ThreadBlock thread, VfpSwitch vfp) => _inner.LoadThread(ref thread, vfp);

    /// <inheritdoc/>
    public void SaveVfp(ref ThreadBlock thread) => _inner.SaveVfp(ref thread);

    /// <inheritdoc/>
    public void LoadVfp(ref ThreadBlock thread) => _inner.LoadVfp(ref thread);

    /// <inheritdoc/>
    public ulong TicksOf(uint microseconds) => _inner.TicksOf(microseconds);

    /// <inheritdoc/>
    public void StartSlice() => _inner.StartSlice();

    /// <inheritdoc/>
    public void StopSlice() => _inner.StopSlice();

    /// <inheritdoc/>
    public uint HelperCores => _inner.HelperCores;

    /// <inheritdoc/>
    public bool IsSliceOver => _inner.IsSliceOver;

    /// <inheritdoc/>
    public void WakeCore(uint core) => _inner.WakeCore(core);

    /// <inheritdoc/>
    public void TakeWake() => _inner.TakeWake();

    /// <inheritdoc/>
    public void Rest(ulong deadline) => _inner.Rest(deadline);
}
