using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;
using Kilburn.Core.Frames;
using Kilburn.Core.Locks;
using Kilburn.Model.Cores;
using Kilburn.Model.Profiles;

namespace Kilburn.Model;

/// <summary>A core of a <see cref="Machine"/> as the code under test sees it: one reference, passed by <c>ref</c>.</summary>
/// <remarks>Every operation of several steps does them one by one, as its documentation lists them.</remarks>
/// <typeparam name="TProfile">The profile that the machine was made with.</typeparam>
public readonly struct ModelMachine<TProfile> : IMachine
    where TProfile : struct, IProcessorProfile
{
    private readonly ProcessorCore _core;

    /// <summary>Wraps a core.</summary>
    /// <param name="core">A core of a machine that was made with the same profile.</param>
    /// <exception cref="ArgumentException">The machine was made with another profile.</exception>
    public ModelMachine(ProcessorCore core)
    {
        ArgumentNullException.ThrowIfNull(core);
        if (core.Machine.Constants.Profile != typeof(TProfile))
        {
            throw new ArgumentException(
                $"The machine is a {core.Machine.Constants.Profile.Name}, not a {typeof(TProfile).Name}.", nameof(core));
        }

        _core = core;
    }

    /// <summary>The core behind the interface: its registers, and accesses by virtual address.</summary>
    public ProcessorCore Core => _core;

    /// <inheritdoc/>
    public static bool WalksAreCoherent => TProfile.WalksAreCoherent;

    /// <inheritdoc/>
    public static bool BranchPredictorNeedsMaintenance => TProfile.BranchPredictorNeedsMaintenance;

    /// <inheritdoc/>
    public static int AsidCount => TProfile.AsidCount;

    /// <inheritdoc/>
    public static int CoreCount => TProfile.CoreCount;

    /// <inheritdoc/>
    public uint CoreIndex => (uint)_core.Index;

    /// <inheritdoc/>
    public uint ReturnAddress => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint ReadWord(PhysicalAddress address) => _core.ReadWord(address);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteWord(
        PhysicalAddress address, uint value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _core.WriteWord(address, value, new Site(file, line));

    /// <inheritdoc/>
    public uint CountWords(PhysicalAddress address, uint value, uint count)
    {
        uint alike = 0;
        while (alike < count && _core.ReadWord(address.Add(alike * sizeof(uint))) == value)
        {
            alike++;
        }

        return alike;
    }

    /// <inheritdoc/>
    public void WriteWords(
        PhysicalAddress address,
        uint value,
        uint count,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        for (uint index = 0; index < count; index++)
        {
            _core.WriteWord(address.Add(index * sizeof(uint)), value, new Site(file, line));
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Data<T>(PhysicalAddress address)
        where T : unmanaged => ref _core.Data<T>(address);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Data<T>(VirtualAddress address)
        where T : unmanaged => ref _core.Data<T>(address);

    /// <inheritdoc/>
    public void Clear(PhysicalAddress start, uint lengthInBytes) => _core.Clear(start, lengthInBytes);

    /// <inheritdoc/>
    public void Copy(PhysicalAddress destination, PhysicalAddress source, uint lengthInBytes) =>
        _core.Copy(destination, source, lengthInBytes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint CompareExchange(ref uint location, uint value, uint comparand) =>
        _core.CompareExchange(ref location, value, comparand);

    /// <inheritdoc/>
    public void AcquireLock(ref uint location)
    {
        ModelMachine<TProfile> machine = this;
        SpinLock.Take(ref machine, ref location);
    }

    /// <inheritdoc/>
    public void ReleaseLock(ref uint location) => _core.ReleaseLock(ref location);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint LoadAcquire(ref uint location) => _core.LoadAcquire(ref location);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreRelease(ref uint location, uint value) => _core.StoreRelease(ref location, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref uint location, uint value) => _core.Store(ref location, value);

    /// <inheritdoc/>
    public void AcquireBits(ref uint location, uint bits)
    {
        ModelMachine<TProfile> machine = this;
        SharedWord.AcquireBits(ref machine, ref location, bits);
    }

    /// <inheritdoc/>
    public void AcquireWords(ref uint first, uint count)
    {
        ModelMachine<TProfile> machine = this;
        SharedWord.AcquireWords(ref machine, ref first, count);
    }

    /// <inheritdoc/>
    public void ReleaseBits(ref uint location, uint bits)
    {
        ModelMachine<TProfile> machine = this;
        SharedWord.ReleaseBits(ref machine, ref location, bits);
    }

    /// <inheritdoc/>
    public void ReleaseBitsAndCount(ref uint location, uint bits, ref uint counter)
    {
        ModelMachine<TProfile> machine = this;
        SharedWord.ReleaseBitsAndCount(ref machine, ref location, bits, ref counter);
    }

    /// <inheritdoc/>
    public uint SetBit(ref uint bitmap, uint index)
    {
        ModelMachine<TProfile> machine = this;
        return SharedWord.SetBit(ref machine, ref bitmap, index);
    }

    /// <inheritdoc/>
    public uint AddBelow(ref uint location, uint limit)
    {
        ModelMachine<TProfile> machine = this;
        return SharedWord.AddBelow(ref machine, ref location, limit);
    }

    /// <inheritdoc/>
    public void OrderMemory() => _core.OrderMemory();

    /// <inheritdoc/>
    public void Relax() => _core.Relax();

    /// <inheritdoc/>
    public void WaitForEvent() => _core.WaitForEvent();

    /// <inheritdoc/>
    public void SendEvent() => _core.SendEvent();

    /// <inheritdoc/>
    public uint MaskInterrupts() => _core.MaskInterrupts();

    /// <inheritdoc/>
    public void RestoreInterrupts(uint state) => _core.RestoreInterrupts(state);

    /// <inheritdoc/>
    public uint PopLocal(ref CoreStack first)
    {
        ModelMachine<TProfile> machine = this;
        return CoreStack.Pop(ref machine, ref first);
    }

    /// <inheritdoc/>
    public uint TryPushLocal(ref CoreStack first, uint value, ref uint word, uint bit)
    {
        ModelMachine<TProfile> machine = this;
        return CoreStack.TryPush(ref machine, ref first, value, ref word, bit);
    }

    /// <inheritdoc/>
    public void SynchronizeData([CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _core.Maintain(new Step(StepKind.DataBarrier), file, line);

    /// <inheritdoc/>
    public void SynchronizeContext([CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _core.Maintain(new Step(StepKind.ContextBarrier), file, line);

    /// <inheritdoc/>
    public void Synchronize([CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _core.Maintain([new Step(StepKind.DataBarrier), new Step(StepKind.ContextBarrier)], file, line);

    /// <inheritdoc/>
    public void CleanToUnification(
        PhysicalAddress start, uint lengthInBytes, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _core.Maintain(new Step(StepKind.CleanToUnification, start.Value, lengthInBytes), file, line);

    /// <inheritdoc/>
    public void CleanInvalidateToCoherency(
        PhysicalAddress start, uint lengthInBytes, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _core.Maintain(new Step(StepKind.CleanInvalidateToCoherency, start.Value, lengthInBytes), file, line);

    /// <inheritdoc/>
    public void InvalidateInstructionCaches([CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _core.Maintain(new Step(StepKind.InstructionCaches), file, line);

    /// <inheritdoc/>
    public void InvalidateBranchPredictors([CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _core.Maintain(new Step(StepKind.BranchPredictors), file, line);

    /// <inheritdoc/>
    public void InvalidateLocalTlb([CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _core.Maintain(new Step(StepKind.TlbLocal), file, line);

    /// <inheritdoc/>
    public void InvalidateTlbs([CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _core.Maintain(new Step(StepKind.Tlbs), file, line);

    /// <inheritdoc/>
    public void InvalidateAsid(
        Asid asid, ref uint cores, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _core.Maintain(AsidStep(asid, cores), file, line);

    /// <inheritdoc/>
    public void InvalidatePage(
        VirtualAddress address, Asid asid, ref uint cores, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _core.Maintain(PageStep(address, asid, cores), file, line);

    /// <inheritdoc/>
    public void InvalidatePageOfAllAsids(
        VirtualAddress address, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _core.Maintain(new Step(StepKind.TlbPageAllAsids, address.Value), file, line);

    /// <inheritdoc/>
    public void RemovePage(
        VirtualAddress address, ref AsidOwner owner, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        _core.Maintain(new Step(StepKind.DataBarrier), file, line);
        Asid asid = AsidWord.AsidOf(LoadAcquire(ref owner.Word));
        _core.Maintain(
            [PageStep(address, asid, owner.Cores), new Step(StepKind.DataBarrier), new Step(StepKind.ContextBarrier)], file, line, 1);
    }

    /// <inheritdoc/>
    public void RemovePageOfAllAsids(
        VirtualAddress address, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => _core.Maintain(
        [
            new Step(StepKind.DataBarrier),
            new Step(StepKind.TlbPageAllAsids, address.Value),
            new Step(StepKind.DataBarrier),
            new Step(StepKind.ContextBarrier),
        ],
        file,
        line);

    /// <inheritdoc/>
    public void RemoveAsid(
        Asid asid, ref uint cores, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _core.Maintain([AsidStep(asid, cores), new Step(StepKind.DataBarrier)], file, line);

    /// <inheritdoc/>
    public void SwitchSpace(
        uint translationTableBase, Asid asid, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        const uint Disable0 = Translation.TranslationRegisters.TtbcrDisable0;
        uint control = _core.Registers.TableBaseControl;
        _core.Maintain(
            [
                Step.Register(SystemRegister.TranslationTableBaseControl, control | Disable0),
                new Step(StepKind.ContextBarrier),
                Step.Register(SystemRegister.ContextId, asid.Value),
                Step.Register(SystemRegister.TranslationTableBase0, translationTableBase),
                new Step(StepKind.ContextBarrier),
                Step.Register(SystemRegister.TranslationTableBaseControl, control & ~Disable0),
                new Step(StepKind.ContextBarrier),
            ],
            file,
            line);
    }

    /// <inheritdoc/>
    public void LeaveSpace(
        uint translationTableBase, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        const uint Disable0 = Translation.TranslationRegisters.TtbcrDisable0;
        _core.Maintain(
            [
                Step.Register(
                    SystemRegister.TranslationTableBaseControl, _core.Registers.TableBaseControl | Disable0),
                new Step(StepKind.ContextBarrier),
                Step.Register(SystemRegister.ContextId, 0),
                Step.Register(SystemRegister.TranslationTableBase0, translationTableBase),
                new Step(StepKind.ContextBarrier),
            ],
            file,
            line);
    }

    /// <inheritdoc/>
    public uint ReadRegister(SystemRegister register) => _core.Registers.Get(register);

    /// <inheritdoc/>
    public void WriteRegister(
        SystemRegister register, uint value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _core.Maintain(Step.Register(register, value), file, line);

    /// <inheritdoc/>
    public uint Translate(VirtualAddress address, TranslationAccess access) => _core.Translate(address, access);

    /// <inheritdoc/>
    public void NoteFrames(
        FrameChange change,
        FrameUse use,
        PhysicalAddress start,
        uint lengthInBytes,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => _core.NoteFrames(change, use, start, lengthInBytes, new Site(file, line));

    /// <inheritdoc/>
    public void NoteLock(
        LockRank rank, LockChange change, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _core.NoteLock(rank, change, new Site(file, line));

    /// <inheritdoc/>
    [DoesNotReturn]
    public void Panic(ReadOnlySpan<byte> invariant, uint value) =>
        throw new MachinePanicException(Encoding.UTF8.GetString(invariant), value, _core.Index);

    private Step AsidStep(Asid asid, uint cores) =>
        new(CoreSet.IsOnly(cores, CoreIndex) ? StepKind.TlbAsidLocal : StepKind.TlbAsid, 0, asid.Value);

    private Step PageStep(VirtualAddress address, Asid asid, uint cores) =>
        new(CoreSet.IsOnly(cores, CoreIndex) ? StepKind.TlbPageLocal : StepKind.TlbPage, address.Value, asid.Value);
}
