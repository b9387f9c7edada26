using System;
using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Addresses;
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
    }

    /// <summary>Kernel data in the linear map.</summary>
    /// <param name="address">In memory.</param>
    public ref T Data<T>(PhysicalAddress address)
        where T : unmanaged
    {
        Reschedule();
        CheckLinear(address.Value, AccessKind.Write);
        uint size = (uint)Unsafe.SizeOf<T>();
        if ((address.Value & PageSize.SmallMask) + size > PageSize.Small)
        {
            CheckLinearRange(address.Value, size, AccessKind.Write);
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
        BeforeBlockStore(start.Value, lengthInBytes);
        Machine.Memory.Bytes(start, (int)lengthInBytes).Clear();
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
        BeforeBlockStore(destination.Value, lengthInBytes);
        Machine.Memory.Bytes(source, (int)lengthInBytes).CopyTo(Machine.Memory.Bytes(destination, (int)lengthInBytes));
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

        Store(physical, value, new Site(file, line));
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
        return fault != FaultCode.None
            ? Abort(address.Value, AccessKind.Fetch, fault)
            : new AccessResult(Machine.Memory.Word(physical), new PhysicalAddress(physical), fault, 0, default);
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
        Leaf leaf = TableWalker.Walk(Machine.Memory, _registers, address.Value).Leaf;
        FaultCode fault =
            TableWalker.Check(leaf, _registers.DomainAccess, _registers.IsAccessFlagOn, kind, privilege);
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
            uint allowed = Fill(address, out uint found, out FaultCode fault);
            if ((allowed & AllowBit(kind, Privilege.Kernel)) == 0)
            {
                throw new MachineFaultException(Index, Abort(address, kind, Explain(address, kind, fault)));
            }

            if (found != physical)
            {
                throw new MachineAccessException(
                    $"The linear map shows 0x{found:X8} at 0x{address:X8}, where 0x{physical:X8} should be.");
            }

            isWritable = (allowed & AllowBit(AccessKind.Write, Privilege.Kernel)) != 0 ? 1u : 0u;
        }

        _linear[frame] = ((Machine.UpperStamp + _upperStamp) << 1) | isWritable;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store(uint physical, uint value, Site site)
    {
        ref uint word = ref Machine.Memory.Word(physical);
        GranuleMarks marks = Machine.Memory.Granules[physical >> PhysicalMemory.GranuleShift];
        if (marks != GranuleMarks.None)
        {
            StoreToTable(ref word, value, marks);
            return;
        }

        word = value;
    }

    private void StoreToTable(ref uint word, uint value, GranuleMarks marks)
    {
        // A word that was no translation is in no cache: replacing it changes no answer that was kept.
        bool wasValid = TableWalker.IsValid(word);
        word = value;
        if (wasValid)
        {
            Machine.NoteTableChange(marks);
        }
    }

    private void BeforeBlockStore(uint start, uint lengthInBytes)
    {
        GranuleMarks marks = GranuleMarks.None;
        for (ulong at = start; at < (ulong)start + lengthInBytes; at += 1u << PhysicalMemory.GranuleShift)
        {
            marks |= Machine.Memory.Granules[at >> PhysicalMemory.GranuleShift];
        }

        Machine.NoteTableChange(marks);
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
        uint bit = AllowBit(kind, privilege);
        if (entry.Page == page && entry.Stamp == StampOf(address) && (entry.Allowed & bit) != 0)
        {
            physical = entry.Frame | (address & PageSize.SmallMask);
            return FaultCode.None;
        }

        uint allowed = Fill(address, out physical, out FaultCode fault);
        if ((allowed & bit) != 0)
        {
            return FaultCode.None;
        }

        physical = 0;
        return Explain(address, kind, privilege, fault);
    }

    private uint StampOf(uint address) => (address & _registers.UpperMask) == 0
        ? Machine.LowerStamp + _lowerStamp
        : Machine.UpperStamp + _upperStamp;

    // Walks for an address and keeps what it allows. Zero, and the fault, when it does not translate at all.
    private uint Fill(uint address, out uint physical, out FaultCode fault)
    {
        Leaf leaf = TableWalker.Walk(Machine.Memory, _registers, address).Leaf;
        fault = leaf.Fault;
        physical = 0;
        if (!leaf.IsHoldable)
        {
            return 0;
        }

        physical = leaf.Translate(address);
        if (Machine.Memory.KindOf(new PhysicalAddress(physical)) == BankKind.Hole)
        {
            fault = FaultCode.External;
            return 0;
        }

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

        uint page = address >> PageSize.SmallShift;
        _cache[page & (CacheSize - 1)] =
            new CachedTranslation(page, StampOf(address), physical & ~PageSize.SmallMask, allowed);
        return allowed;
    }

    private FaultCode Explain(uint address, AccessKind kind, FaultCode fault) =>
        Explain(address, kind, Privilege.Kernel, fault);

    private FaultCode Explain(uint address, AccessKind kind, Privilege privilege, FaultCode fault)
    {
        if (fault != FaultCode.None)
        {
            return fault;
        }

        Leaf leaf = TableWalker.Walk(Machine.Memory, _registers, address).Leaf;
        return TableWalker.Check(leaf, _registers.DomainAccess, _registers.IsAccessFlagOn, kind, privilege);
    }

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
