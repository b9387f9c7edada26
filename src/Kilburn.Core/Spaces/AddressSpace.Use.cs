using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Spaces;

// What who takes memory back asks.
public readonly partial struct AddressSpace
{
    /// <summary>Tells which pages of a range are mapped, were used since <see cref="RangeAdvice.Age"/>, and have contents that are nowhere else.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="range">Multiples of 4 KiB. There may be nothing in it.</param>
    /// <param name="use">The counts: of one page, the page's state.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>, <see cref="VmStatus.EmptyRange"/>, <see cref="VmStatus.Misaligned"/>, <see cref="VmStatus.WrappedRange"/>,
    /// <see cref="VmStatus.OutOfRange"/>.
    /// </returns>
    public VmStatus TryReadUse<TMachine>(ref TMachine machine, VirtualRange range, out PageUse use)
        where TMachine : struct, IMachine
    {
        use = default;
        VmStatus status = CheckBytes(range);
        if (status == VmStatus.Ok)
        {
            ref SpaceControl control = ref SpacePage.Enter(ref machine, _controlPage);
            RangeUse.Count(ref machine, ref control, range.Start, range.End, out use);
            control.Lock.Release(ref machine, LockRank.Space);
        }

        return status;
    }
}
