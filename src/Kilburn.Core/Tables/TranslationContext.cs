using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;

namespace Kilburn.Core.Tables;

/// <summary>The registers that a walk starts from.</summary>
/// <param name="userBase">TTBR0.</param>
/// <param name="kernelBase">TTBR1.</param>
/// <param name="control">TTBCR.</param>
/// <param name="domainAccess">DACR.</param>
public readonly struct TranslationContext(uint userBase, uint kernelBase, uint control, uint domainAccess)
{
    private const uint FullTableLength = 0x4000;

    private readonly uint _userBase = userBase;
    private readonly uint _kernelBase = kernelBase;
    private readonly uint _control = control;
    private readonly uint _domainAccess = domainAccess;

    /// <summary>TTBR0.</summary>
    public uint UserBase => _userBase;

    /// <summary>TTBR1.</summary>
    public uint KernelBase => _kernelBase;

    /// <summary>TTBCR.</summary>
    public uint Control => _control;

    /// <summary>DACR.</summary>
    public uint DomainAccess => _domainAccess;

    /// <summary>What this core translates with now.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    public static TranslationContext Read<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine =>
        new(
            machine.ReadRegister(SystemRegister.TranslationTableBase0),
            machine.ReadRegister(SystemRegister.TranslationTableBase1),
            machine.ReadRegister(SystemRegister.TranslationTableBaseControl),
            machine.ReadRegister(SystemRegister.DomainAccessControl));

    /// <summary>Finds the first-level descriptor of an address.</summary>
    /// <param name="address">Any address.</param>
    /// <param name="entry">Where its descriptor lies; default when walks of that half are off.</param>
    /// <returns>False when PD0 or PD1 forbids the walk. Source: ARM DDI 0406C.d, B3.5.4.</returns>
    public bool TryFindEntry(VirtualAddress address, out PhysicalAddress entry)
    {
        int split = (int)TranslationControl.SplitOf(_control);
        bool isUserHalf = split == 0 || address.Value >> (32 - split) == 0;
        if ((_control & (isUserHalf ? TranslationControl.NoUserWalks : TranslationControl.NoKernelWalks)) != 0)
        {
            entry = default;
            return false;
        }

        uint length = isUserHalf ? FullTableLength >> split : FullTableLength;
        PhysicalAddress table = new PhysicalAddress(isUserHalf ? _userBase : _kernelBase).AlignDown(length);
        entry = FirstLevelTable.EntryOf(table, address);
        return true;
    }
}
