using Kilburn.Core.Addresses;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Kernel;

/// <summary>Second-level tables for what is mapped before there is a frame allocator: a pool that only shrinks.</summary>
/// <remarks>Locking: start-up only, on one core.</remarks>
/// <param name="pool">Zeroed memory of the kernel's image.</param>
public struct EarlyTables(PhysicalRange pool)
{
    private PhysicalRange _rest = pool; // start-up only

    /// <summary>Takes a zeroed table.</summary>
    /// <param name="table">The table; default on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>, or <see cref="VmStatus.OutOfFrames"/> when the pool is used up.</returns>
    public VmStatus TryTake(out PhysicalAddress table)
    {
        if (_rest.LengthInBytes < SecondLevelTable.LengthInBytes)
        {
            table = default;
            return VmStatus.OutOfFrames;
        }

        table = _rest.Start;
        _rest = PhysicalRange.Between(table.Add(SecondLevelTable.LengthInBytes), _rest.End);
        return VmStatus.Ok;
    }
}
