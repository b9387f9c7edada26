using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Kernel;

/// <summary>Rights of the kernel's own pages in the linear map.</summary>
/// <remarks>
/// Invariant W1: no frame is both writable through one mapping and executable through another. Vectors are executable at
/// 0xFFFF0000, so that their page in the linear map is read-only, as text is.
/// </remarks>
public static class ImageProtection
{
    /// <summary>Tightens what the boot code mapped writable and executable.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="image">Where the kernel lies.</param>
    /// <remarks>
    /// Only rights change, and only downwards: no break-before-make is needed, but an invalidation before anybody relies on it.
    /// Unmapped guard pages stay so. Source: ARM DDI 0406C.d, B3.10.1.
    /// </remarks>
    public static void Tighten<TMachine>(ref TMachine machine, in KernelImage image)
        where TMachine : struct, IMachine
    {
        for (PhysicalAddress section = default; section < image.MappedEnd; section = section.Add(PageSize.Section))
        {
            TightenSection(ref machine, in image, section);
        }

        machine.SynchronizeData();
        machine.InvalidateTlbs();
        machine.Synchronize();
    }

    private static void TightenSection<TMachine>(ref TMachine machine, in KernelImage image, PhysicalAddress section)
        where TMachine : struct, IMachine
    {
        PhysicalAddress link = FirstLevelTable.EntryOf(image.FirstLevelTable, LinearMap.ToVirtual(section));
        PhysicalAddress table = new FirstLevelEntry(machine.ReadWord(link)).PageTable.Table;
        for (uint offset = 0; offset < PageSize.Section; offset += PageSize.Small)
        {
            PhysicalAddress page = section.Add(offset);
            PhysicalAddress entry = SecondLevelTable.EntryOf(table, LinearMap.ToVirtual(page));
            SecondLevelEntry current = new(machine.ReadWord(entry));
            if (current.IsSmall)
            {
                machine.WriteWord(entry, current.Small.WithRights(AccessOf(in image, page), ExecutionOf(in image, page)).Raw);
            }
        }

        if (!TMachine.WalksAreCoherent)
        {
            machine.CleanToUnification(table, SecondLevelTable.LengthInBytes);
        }
    }

    private static AccessPermission AccessOf(in KernelImage image, PhysicalAddress page) =>
        image.Text.Contains(page) || image.Constants.Contains(page) || page == image.Vectors
            ? AccessPermission.KernelRead
            : AccessPermission.KernelReadWrite;

    private static Execution ExecutionOf(in KernelImage image, PhysicalAddress page) =>
        image.Text.Contains(page) ? Execution.Allowed : Execution.Never;
}
