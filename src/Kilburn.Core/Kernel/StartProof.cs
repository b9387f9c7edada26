using System;
using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Kernel;

/// <summary>Asks the MMU itself whether a step of start-up did what it should. A false answer is a panic.</summary>
internal static class StartProof
{
    /// <summary>First and last frame of every bank are where they belong.</summary>
    public static void LinearMap<TMachine>(ref TMachine machine, in MemoryMap map)
        where TMachine : struct, IMachine
    {
        for (int index = 0; index < map.BankCount; index++)
        {
            PhysicalRange shown = LinearMapBuilder.Clip(map.GetBank(index));
            if (!shown.IsEmpty)
            {
                ProveMapped(ref machine, shown.Start);
                ProveMapped(ref machine, shown.End.Add(unchecked(0u - PageSize.Small)));
            }
        }
    }

    /// <summary>The kernel's physical address is no virtual one any more.</summary>
    public static void IdentityRemoved<TMachine>(ref TMachine machine, in KernelImage image)
        where TMachine : struct, IMachine =>
        ProveFault(
            ref machine,
            new VirtualAddress(image.Text.Start.Value),
            TranslationAccess.KernelRead,
            FaultStatus.TranslationFirstLevel,
            "B2: the identity map is still there"u8);

    /// <summary>The vectors are seen at their high address, and used from there.</summary>
    public static void Vectors<TMachine>(ref TMachine machine, in KernelImage image)
        where TMachine : struct, IMachine
    {
        bool areHigh =
            (machine.ReadRegister(SystemRegister.SystemControl) & TranslationControl.HighVectors) != 0;
        bool areCopied = machine.Data<uint>(image.Vectors) == machine.Data<uint>(image.VectorSource.Start);
        if (!areHigh || !areCopied || !LeadsTo(ref machine, VectorTable.High, image.Vectors))
        {
            BugCheck.Fail(ref machine, "B3: the vectors are not in place"u8, VectorTable.High.Value);
        }
    }

    /// <summary>Text, constants and vectors refuse a write.</summary>
    public static void Protection<TMachine>(ref TMachine machine, in KernelImage image)
        where TMachine : struct, IMachine
    {
        ProveReadOnly(ref machine, Addresses.LinearMap.ToVirtual(image.Text.Start));
        ProveReadOnly(ref machine, Addresses.LinearMap.ToVirtual(image.Text.End.Add(unchecked(0u - PageSize.Small))));
        ProveReadOnly(ref machine, Addresses.LinearMap.ToVirtual(image.Constants.Start));
        ProveReadOnly(ref machine, Addresses.LinearMap.ToVirtual(image.Vectors));
        ProveReadOnly(ref machine, VectorTable.High);
    }

    /// <summary>A user address faults, and TTBR0 holds the empty table.</summary>
    public static void UserTableCleared<TMachine>(ref TMachine machine, in KernelImage image)
        where TMachine : struct, IMachine
    {
        uint tableBase = machine.ReadRegister(SystemRegister.TranslationTableBase0);
        if (tableBase != TranslationControl.TableBase(image.EmptyTable))
        {
            BugCheck.Fail(ref machine, "B4: the user table pointer is not cleared"u8, tableBase);
        }

        ProveFault(
            ref machine,
            default,
            TranslationAccess.KernelRead,
            FaultStatus.TranslationFirstLevel,
            "B4: a user address is still mapped"u8);
    }

    private static void ProveMapped<TMachine>(ref TMachine machine, PhysicalAddress frame)
        where TMachine : struct, IMachine
    {
        if (!LeadsTo(ref machine, Addresses.LinearMap.ToVirtual(frame), frame))
        {
            BugCheck.Fail(ref machine, "B1: memory is not where the linear map should have it"u8, frame.Value);
        }
    }

    private static bool LeadsTo<TMachine>(ref TMachine machine, VirtualAddress address, PhysicalAddress frame)
        where TMachine : struct, IMachine
    {
        TranslationAnswer answer = TranslationAnswer.Ask(ref machine, address, TranslationAccess.KernelRead);
        return answer.Status == FaultStatus.None && answer.Physical == frame;
    }

    private static void ProveReadOnly<TMachine>(ref TMachine machine, VirtualAddress address)
        where TMachine : struct, IMachine =>
        ProveFault(
            ref machine,
            address,
            TranslationAccess.KernelWrite,
            FaultStatus.PermissionSecondLevel,
            "W1: executable or constant memory can be written"u8);

    private static void ProveFault<TMachine>(
        ref TMachine machine,
        VirtualAddress address,
        TranslationAccess access,
        FaultStatus expected,
        ReadOnlySpan<byte> invariant)
        where TMachine : struct, IMachine
    {
        if (TranslationAnswer.Ask(ref machine, address, access).Status != expected)
        {
            BugCheck.Fail(ref machine, invariant, address.Value);
        }
    }
}
