using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Kernel;

/// <summary>Puts the exception vectors in place: at physical 0, seen at 0xFFFF0000.</summary>
/// <remarks>Locking: start-up only, on one core. Source: ARM DDI 0406C.d, B1.8.1.</remarks>
public static class VectorTable
{
    /// <summary>Where the processor looks with SCTLR.V set.</summary>
    public static VirtualAddress High => new(0xFFFF_0000);

    /// <summary>Copies the vectors, maps them, and has the processor use them.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="image">Where the vectors lie, and where they go.</param>
    /// <param name="tables">Gives the second-level table of the last MiB, unless the boot code linked one for its console.</param>
    /// <returns><see cref="VmStatus.Ok"/>, or <see cref="VmStatus.OutOfFrames"/>.</returns>
    public static VmStatus TryInstall<TMachine>(ref TMachine machine, in KernelImage image, ref EarlyTables tables)
        where TMachine : struct, IMachine
    {
        PhysicalAddress link = FirstLevelTable.EntryOf(image.FirstLevelTable, High);
        FirstLevelEntry first = new(machine.ReadWord(link));
        PhysicalAddress table = first.PageTable.Table;
        if (!first.IsPageTable)
        {
            VmStatus status = tables.TryTake(out table);
            if (status != VmStatus.Ok)
            {
                return status;
            }
        }

        machine.Copy(image.Vectors, image.VectorSource.Start, image.VectorSource.LengthInBytes);
        machine.CleanToUnification(image.Vectors, image.VectorSource.LengthInBytes);
        machine.SynchronizeData();
        machine.InvalidateInstructionCaches();
        if (TMachine.BranchPredictorNeedsMaintenance)
        {
            machine.InvalidateBranchPredictors();
        }

        SmallPageDescriptor page = SmallPageDescriptor.Create(
            image.Vectors, AccessPermission.KernelRead, MemoryType.Normal, Scope.Global, Execution.Allowed);
        Descriptor.Write(ref machine, SecondLevelTable.EntryOf(table, High), page.Raw);
        if (!first.IsPageTable)
        {
            KernelTables.LinkTable(ref machine, link, table);
        }

        machine.SynchronizeData();
        machine.WriteRegister(
            SystemRegister.SystemControl,
            machine.ReadRegister(SystemRegister.SystemControl) | TranslationControl.HighVectors);
        machine.SynchronizeContext();
        return VmStatus.Ok;
    }
}
