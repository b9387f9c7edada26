using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Model.Checking;
using Kilburn.Model.Memory;
using Kilburn.Model.Translation;

namespace Kilburn.Model.Cores;

/// <content>Accesses to memory, and what the core keeps of old walks so that they are cheap.</content>
/// <remarks>
/// Two caches of the simulator's own, which never change an answer: a translation that was walked is good as long as the stamp
/// of its half is unchanged, and a stamp grows with each replacement of a valid word that a walk of that half has read, and
/// with each write of a register that the half depends on.
/// </remarks>
public sealed partial class ProcessorCore
{
    private const int CacheIndexBits = 9;
    private const int CacheSize = 1 << CacheIndexBits;
    private const uint WordMask = 3;

    private readonly uint[] _linear; // per frame: stamp of the upper half, and in bit 0 whether it may be written
    private readonly CachedTranslation[] _cache = new CachedTranslation[CacheSize];
    private uint _lowerStamp = 1; // grows when a register of the lower half changes
    private uint _upperStamp = 1;

    /// <summary>Reads a word of a table through the linear map.</summary>
    /// <param name="address">Word aligned, in memory.</param>
    public uint ReadWord(PhysicalAddress address)
    {
        Reschedule();
        CheckAligned(address.Value);
        CheckLinear(address.Value, AccessKind.Read);
        return Machine.Memory.Word(address.Value);
    }

    /// <summary>Writes a word of a table through the linear map.</summary>
    /// <param name="address">Word aligned, in memory.</param>
    /// <param name="value">The word.</param>
    /// <param name="site">Where the program asks for it.</param>
    public void WriteWord(PhysicalAddress address, uint value, Site site)
    {
        Reschedule();
        CheckAligned(address.Value);
        CheckLinear(address.Value, AccessKind.Write);
        Store(address.Value, value, site);
        Machine.Scheduler?.AfterChange(this);
    }

    /// <summary>Stores a word at a physical address, by whatever mapping: for traces, which do not tell it.</summary>
    /// <param name="address">Word aligned, in memory.</param>
    /// <param name="value">The word.</param>
    /// <param name="site">Where the program asks for it.</param>
    public void WritePhysical(PhysicalAddress address, uint value, Site site)
    {
        CheckAligned(address.Value);
        if (Machine.Memory.KindOf(address) != BankKind.Memory)
        {
            throw new MachineAccessException($"There is no memory at physical address 0x{address.Value:X8}.");
        }

        Store(address.Value, value, site);
    }

    /// <summary>Kernel data in the linear map.</summary>
    /// <param name="address">In memory.</param>
    public ref T Data<T>(PhysicalAddress address)
        where T : unmanaged
    {
        Reschedule();
        ChangeCount++;
        CheckLinear(address.Value, AccessKind.Write);
        uint size = (uint)Unsafe.SizeOf<T>();
        if ((address.Value & PageSize.SmallMask) + size > PageSize.Small)
        {
            CheckLinearRange(address.Value, size, AccessKind.Write);
        }

        if ((Machine.Memory.Granules[address.Value >> PhysicalMemory.GranuleShift] & GranuleMarks.Followed) != 0)
        {
            Machine.Oracle!.ReportTableAsData(this, address.Value);
        }

        return ref Unsafe.As<uint, T>(ref Machine.Memory.Word(address.Value));
    }

    /// <summary>Kernel data at a mapped address.</summary>
    /// <param name="address">Readable and writable by the kernel; the value does not cross a page.</param>
    /// <exception cref="MachineFaultException">The access aborts.</exception>
    public ref T Data<T>(VirtualAddress address)
        where T : unmanaged
    {
        Reschedule();
        uint size = (uint)Unsafe.SizeOf<T>();
        if ((address.Value & PageSize.SmallMask) + size > PageSize.Small)
        {
            throw new MachineAccessException($"{typeof(T).Name} at 0x{address.Value:X8} crosses a page.");
        }

        FaultCode fault = Resolve(address.Value, AccessKind.Write, Privilege.Kernel, out uint physical);
        if (fault == FaultCode.None)
        {
            fault = Resolve(address.Value, AccessKind.Read, Privilege.Kernel, out physical);
        }

        if (fault != FaultCode.None)
        {
            throw new MachineFaultException(Index, Abort(address.Value, AccessKind.Write, fault));
        }

        return ref Machine.Memory.Reference<T>(new PhysicalAddress(physical));
    }

    /// <summary>Fills memory with zeroes through the linear map.</summary>
    /// <param name="start">Multiple of 64.</param>
    /// <param name="lengthInBytes">Multiple of 64.</param>
    public void Clear(PhysicalAddress start, uint lengthInBytes)
    {
        Reschedule();
        CheckBlock(start.Value, lengthInBytes);
        CheckLinearRange(start.Value, lengthInBytes, AccessKind.Write);
        if (IsTable(start.Value, lengthInBytes))
        {
            for (uint offset = 0; offset < lengthInBytes; offset += sizeof(uint))
            {
                Store(start.Value + offset, 0, default);
            }

            return;
        }

        Machine.Memory.Bytes(start, (int)lengthInBytes).Clear();
        Machine.Oracle?.NoteBlockStore(start.Value, lengthInBytes);
    }

    /// <summary>Copies memory through the linear map.</summary>
    /// <param name="destination">Multiple of 64.</param>
    /// <param name="source">Multiple of 64.</param>
    /// <param name="lengthInBytes">Multiple of 64.</param>
    public void Copy(PhysicalAddress destination, PhysicalAddress source, uint lengthInBytes)
    {
        Reschedule();
        CheckBlock(destination.Value, lengthInBytes);
        CheckBlock(source.Value, lengthInBytes);
        CheckLinearRange(source.Value, lengthInBytes, AccessKind.Read);
        CheckLinearRange(destination.Value, lengthInBytes, AccessKind.Write);
        if (IsTable(destination.Value, lengthInBytes))
        {
            for (uint offset = 0; offset < lengthInBytes; offset += sizeof(uint))
            {
                Store(destination.Value + offset, Machine.Memory.Word(source.Value + offset), default);
            }

            return;
        }

        Machine.Memory.Bytes(source, (int)lengthInBytes).CopyTo(Machine.Memory.Bytes(destination, (int)lengthInBytes));
        Machine.Oracle?.NoteBlockStore(destination.Value, lengthInBytes);
    }

    /// <summary>Loads a word, as a program would.</summary>
    /// <param name="address">Word aligned: an alignment fault otherwise.</param>
    /// <param name="privilege">By whom.</param>
    /// <returns>The word, or the fault, which DFSR and DFAR then hold too.</returns>
    public AccessResult Read(VirtualAddress address, Privilege privilege = Privilege.Kernel)
    {
        Reschedule();
        FaultCode fault = ResolveWord(address.Value, AccessKind.Read, privilege, out uint physical);
        return fault != FaultCode.None
            ? Abort(address.Value, AccessKind.Read, fault)
            : new AccessResult(Machine.Memory.Word(physical), new PhysicalAddress(physical), fault, 0, default);
    }

    /// <summary>Stores a word, as a program would.</summary>
    /// <param name="address">Word aligned: an alignment fault otherwise.</param>
    /// <param name="value">The word.</param>
    /// <param name="privilege">By whom.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The word and where it went, or the fault, which DFSR and DFAR then hold too.</returns>
    public AccessResult Write(
        VirtualAddress address,
        uint value,
        Privilege privilege = Privilege.Kernel,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        Reschedule();
        FaultCode fault = ResolveWord(address.Value, AccessKind.Write, privilege, out uint physical);
        if (fault != FaultCode.None)
        {
            return Abort(address.Value, AccessKind.Write, fault);
        }

        StoreData(physical, value, new Site(file, line));
        return new AccessResult(value, new PhysicalAddress(physical), fault, 0, default);
    }

    /// <summary>Fetches an instruction word.</summary>
    /// <param name="address">Word aligned.</param>
    /// <param name="privilege">By whom.</param>
    /// <returns>The word, or the fault, which IFSR and IFAR then hold too.</returns>
    public AccessResult Fetch(VirtualAddress address, Privilege privilege = Privilege.Kernel)
    {
        Reschedule();
        FaultCode fault = ResolveWord(address.Value, AccessKind.Fetch, privilege, out uint physical);
        if (fault == FaultCode.None)
        {
            Machine.Oracle?.CheckFetch(this, address.Value, physical);
        }

        return fault != FaultCode.None
            ? Abort(address.Value, AccessKind.Fetch, fault)
            : new AccessResult(Machine.Memory.Word(physical), new PhysicalAddress(physical), fault, 0, default);
    }

    /// <summary>Every answer that an access may get now, with no report of there being several: for accesses that race.</summary>
    /// <param name="address">Any address.</param>
    /// <param name="kind">What would be done.</param>
    /// <param name="privilege">By whom.</param>
    public IReadOnlyList<Answer> PossibleAnswers(VirtualAddress address, AccessKind kind, Privilege privilege)
    {
        if (Machine.Oracle is TranslationOracle oracle)
        {
            return oracle.AnswersOf(this, address.Value, kind, privilege);
        }

        Leaf leaf = TableWalker.Walk(Machine.Memory, _registers, address.Value).Leaf;
        return [AnswerOf(leaf, address.Value, kind, privilege)];
    }

    /// <summary>Walks the tables for an address, without an access and without what a TLB may hold.</summary>
    /// <param name="address">Any address.</param>
    public Walk Walk(VirtualAddress address) => TableWalker.Walk(Machine.Memory, _registers, address.Value);

    /// <summary>ATS1CPR and its kin: what an access would get, as PAR tells it.</summary>
    /// <param name="address">Any address.</param>
    /// <param name="access">By whom, and for what.</param>
    /// <returns>PAR. Source: ARM DDI 0406C.d, B4.1.112.</returns>
    public uint Translate(VirtualAddress address, TranslationAccess access)
    {
        Reschedule();
        AccessKind kind = access is TranslationAccess.KernelWrite or TranslationAccess.UserWrite
            ? AccessKind.Write
            : AccessKind.Read;
        Privilege privilege = access is TranslationAccess.UserRead or TranslationAccess.UserWrite
            ? Privilege.User
            : Privilege.Kernel;
        Leaf leaf;
        Answer answer;
        if (Machine.Oracle is TranslationOracle oracle)
        {
            answer = oracle.Resolve(this, address.Value, kind, privilege, out leaf, out _);
        }
        else
        {
            leaf = TableWalker.Walk(Machine.Memory, _registers, address.Value).Leaf;
            answer = AnswerOf(leaf, address.Value, kind, privilege);
        }

        // A translation to where nothing answers succeeds: only the access itself would abort.
        FaultCode fault = answer.Fault == FaultCode.External && leaf.IsHoldable ? FaultCode.None : answer.Fault;
        return PhysicalAddressRegister.Encode(leaf, address.Value, fault);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CheckAligned(uint address)
    {
        if ((address & WordMask) != 0)
        {
            throw new MachineAccessException($"A table word at 0x{address:X8} is not word aligned.");
        }
    }

    private static void CheckBlock(uint start, uint lengthInBytes)
    {
        const uint LineMask = 63;
        if (((start | lengthInBytes) & LineMask) != 0)
        {
            throw new MachineAccessException($"0x{start:X8}, {lengthInBytes} bytes: a block is in multiples of 64 bytes.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CheckLinear(uint physical, AccessKind kind)
    {
        uint frame = physical >> PageSize.SmallShift;
        uint good = ((Machine.UpperStamp + _upperStamp) << 1) | 1;
        if (frame >= (uint)_linear.Length || (_linear[frame] | (kind == AccessKind.Read ? 1u : 0u)) != good)
        {
            VerifyLinear(physical, kind);
        }
    }

    private void CheckLinearRange(uint start, uint lengthInBytes, AccessKind kind)
    {
        ulong end = (ulong)start + lengthInBytes;
        for (ulong at = start & ~PageSize.SmallMask; at < end; at += PageSize.Small)
        {
            CheckLinear((uint)at, kind);
        }
    }

    // A physical address that the kernel uses must be memory, and the linear map must show it where the kernel looks for it.
    private void VerifyLinear(uint physical, AccessKind kind)
    {
        uint frame = physical >> PageSize.SmallShift;
        BankKind bank = Machine.Memory.KindOf(new PhysicalAddress(physical));
        if (bank != BankKind.Memory)
        {
            string what = bank == BankKind.Hole ? "nothing answers there" : "a device is there";
            throw new MachineAccessException($"Core {Index} uses physical address 0x{physical:X8} as memory, but {what}.");
        }

        if (physical >= Machine.Options.LinearMapLengthInBytes)
        {
            throw new MachineAccessException(
                $"Core {Index} uses physical address 0x{physical:X8}, which the linear map cannot show.");
        }

        uint address = unchecked(physical + Machine.Options.LinearMapOffset);
        uint isWritable = 1;
        if (_registers.IsMmuOn)
        {
            Answer answer = Find(address, kind, Privilege.Kernel, out uint allowed, out bool isStable);
            if (answer.Fault != FaultCode.None)
            {
                throw new MachineFaultException(Index, Abort(address, kind, answer.Fault));
            }

            if (answer.Physical != physical)
            {
                throw new MachineAccessException(
                    $"The linear map shows 0x{answer.Physical:X8} at 0x{address:X8}, where 0x{physical:X8} should be.");
            }

            if (!isStable)
            {
                return;
            }

            isWritable = (allowed & AllowBit(AccessKind.Write, Privilege.Kernel)) != 0 ? 1u : 0u;
        }

        _linear[frame] = ((Machine.UpperStamp + _upperStamp) << 1) | isWritable;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store(uint physical, uint value, Site site)
    {
        ChangeCount++;
        ref uint word = ref Machine.Memory.Word(physical);
        GranuleMarks marks = Machine.Memory.Granules[physical >> PhysicalMemory.GranuleShift];
        if (marks != GranuleMarks.None)
        {
            StoreToTable(ref word, physical, value, marks, site);
            return;
        }

        uint old = word;
        word = value;
        Machine.Oracle?.NoteStore(this, physical, old, site);
    }

    // A store by virtual address: a program's, which writes no tables, or whose table is followed already.
    private void StoreData(uint physical, uint value, Site site)
    {
        if (Machine.Memory.Granules[physical >> PhysicalMemory.GranuleShift] != GranuleMarks.None)
        {
            Store(physical, value, site);
            return;
        }

        Machine.Memory.Word(physical) = value;
        Machine.Oracle?.NoteDataStore(physical);
    }

    private void StoreToTable(ref uint word, uint physical, uint value, GranuleMarks marks, Site site)
    {
        // A word that was no translation is in no cache: replacing it changes no answer that was kept.
        uint old = word;
        word = value;
        if (TableWalker.IsValid(old))
        {
            Machine.NoteTableChange(marks);
        }

        if ((marks & GranuleMarks.Followed) != 0)
        {
            Machine.Oracle!.NoteTableStore(this, physical, old, value, site);
        }
        else
        {
            Machine.Oracle?.NoteStore(this, physical, old, site);
        }
    }

    private bool IsTable(uint start, uint lengthInBytes)
    {
        uint first = start >> PhysicalMemory.GranuleShift;
        uint count = ((lengthInBytes - 1) >> PhysicalMemory.GranuleShift) + 1;
        return Machine.Memory.Granules.AsSpan((int)first, (int)count).IndexOfAnyExcept(GranuleMarks.None) >= 0;
    }

    private FaultCode ResolveWord(uint address, AccessKind kind, Privilege privilege, out uint physical)
    {
        if ((address & WordMask) != 0)
        {
            physical = 0;
            return FaultCode.Alignment;
        }

        return Resolve(address, kind, privilege, out physical);
    }

    private FaultCode Resolve(uint address, AccessKind kind, Privilege privilege, out uint physical)
    {
        uint page = address >> PageSize.SmallShift;
        ref CachedTranslation entry = ref _cache[page & (CacheSize - 1)];
        if (entry.Page == page && entry.Stamp == StampOf(address) && (entry.Allowed & AllowBit(kind, privilege)) != 0)
        {
            physical = entry.Frame | (address & PageSize.SmallMask);
            return FaultCode.None;
        }

        Answer answer = Find(address, kind, privilege, out _, out _);
        physical = answer.Physical;
        return answer.Fault;
    }

    // The answer to an access that the core has not kept. Kept are answers that stay the same until a stamp grows.
    private Answer Find(uint address, AccessKind kind, Privilege privilege, out uint allowed, out bool isStable)
    {
        Answer answer;
        Leaf leaf;
        if (Machine.Oracle is TranslationOracle oracle)
        {
            answer = oracle.Resolve(this, address, kind, privilege, out leaf, out isStable);
        }
        else
        {
            leaf = TableWalker.Walk(Machine.Memory, _registers, address).Leaf;
            answer = AnswerOf(leaf, address, kind, privilege);
            isStable = true;
        }

        allowed = 0;
        if (answer.Fault == FaultCode.None)
        {
            allowed = isStable ? AllowedBy(leaf) : AllowBit(kind, privilege);
            if (isStable)
            {
                uint page = address >> PageSize.SmallShift;
                _cache[page & (CacheSize - 1)] =
                    new CachedTranslation(page, StampOf(address), answer.Physical & ~PageSize.SmallMask, allowed);
            }
        }

        return answer;
    }

    private Answer AnswerOf(in Leaf leaf, uint address, AccessKind kind, Privilege privilege)
    {
        FaultCode fault =
            TableWalker.Check(leaf, _registers.DomainAccess, _registers.IsAccessFlagOn, kind, privilege);
        if (fault != FaultCode.None)
        {
            return new Answer(fault, 0, default);
        }

        uint physical = leaf.Translate(address);
        return Machine.Memory.KindOf(new PhysicalAddress(physical)) == BankKind.Hole
            ? new Answer(FaultCode.External, 0, default)
            : new Answer(FaultCode.None, physical, leaf.Attributes);
    }

    private uint AllowedBy(in Leaf leaf)
    {
        uint allowed = 0;
        for (AccessKind kind = AccessKind.Read; kind <= AccessKind.Fetch; kind++)
        {
            for (Privilege privilege = Privilege.Kernel; privilege <= Privilege.User; privilege++)
            {
                FaultCode refused =
                    TableWalker.Check(leaf, _registers.DomainAccess, _registers.IsAccessFlagOn, kind, privilege);
                allowed |= refused == FaultCode.None ? AllowBit(kind, privilege) : 0;
            }
        }

        return allowed;
    }

    private uint StampOf(uint address) => (address & _registers.UpperMask) == 0
        ? Machine.LowerStamp + _lowerStamp
        : Machine.UpperStamp + _upperStamp;

    // Source: ARM DDI 0406C.d, B3.13 and B4.1.52 (DFSR), B4.1.96 (IFSR).
    private AccessResult Abort(uint address, AccessKind kind, FaultCode fault)
    {
        const int Fs4Shift = 10;
        const int Fs4 = 4;
        const uint FsLowMask = 0xF;
        const int DomainShift = 4;
        const uint WriteBit = 1u << 11;
        uint status = ((uint)fault & FsLowMask) | (((uint)fault >> Fs4) << Fs4Shift);
        VirtualAddress at = new(address);
        if (kind == AccessKind.Fetch)
        {
            InstructionFaultStatus = status;
            InstructionFaultAddress = at;
        }
        else
        {
            uint domain = fault == FaultCode.Alignment
                ? 0u
                : TableWalker.Walk(Machine.Memory, _registers, address).Leaf.Domain;
            status |= (domain << DomainShift) | (kind == AccessKind.Write ? WriteBit : 0);
            DataFaultStatus = status;
            DataFaultAddress = at;
        }

        return new AccessResult(0, default, fault, status, at);
    }

    private void NoteRegisterChange(SystemRegister register)
    {
        switch (register)
        {
            case SystemRegister.TranslationTableBase0:
            case SystemRegister.ContextId:
                _lowerStamp++;
                break;
            case SystemRegister.TranslationTableBase1:
                _upperStamp++;
                break;
            default:
                _lowerStamp++;
                _upperStamp++;
                break;
        }
    }

    private static uint AllowBit(AccessKind kind, Privilege privilege) => 1u << (((int)kind * 2) + (int)privilege);

    /// <summary>A translation that was walked.</summary>
    private readonly struct CachedTranslation(uint page, uint stamp, uint frame, uint allowed)
    {
        public readonly uint Page = page;
        public readonly uint Stamp = stamp; // 0 never is a stamp
        public readonly uint Frame = frame;
        public readonly uint Allowed = allowed;
    }
}
