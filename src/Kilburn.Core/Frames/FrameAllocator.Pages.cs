using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;
using Kilburn.Core.Locks;

namespace Kilburn.Core.Frames;

// Pages of 4 KiB.
public partial struct FrameAllocator
{
    /// <summary>Gives out a page, with one owner.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="contents">Zeroed, or as its last owner left it.</param>
    /// <param name="page">First byte; 0 on failure.</param>
    /// <returns><see cref="VmStatus.Ok"/>, or <see cref="VmStatus.OutOfFrames"/>.</returns>
    public VmStatus TryAllocatePage<TMachine>(ref TMachine machine, FrameContents contents, out PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        VmStatus status = TakeFrame(ref machine, FrameInfo.PageOnce, out uint frame);
        page = PhysicalAddress.FromFrameNumber(frame);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        machine.NoteFrames(FrameChange.Taken, FrameUse.Page, page, PageSize.Small);
        if (contents == FrameContents.Zeroed)
        {
            machine.Clear(page, PageSize.Small);
        }

        return VmStatus.Ok;
    }

    /// <summary>Takes one owner off a page, and the page back when that was the last.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="page">First byte.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.Misaligned"/>, <see cref="VmStatus.NotManaged"/>,
    /// <see cref="VmStatus.AlreadyFree"/>, <see cref="VmStatus.WrongKind"/> (it was not given out as a page).
    /// </returns>
    /// <remarks>No TLB may hold a translation to the page any more: the caller's invalidation is complete (DSB).</remarks>
    public VmStatus TryFreePage<TMachine>(ref TMachine machine, PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        uint frame = page.FrameNumber;
        if (!page.IsAligned(PageSize.Small) || !_index.TryFindRegion(frame, out FrameRegion region))
        {
            return Refuse(ref machine, page, PageSize.Small);
        }

        ref uint word = ref machine.Data<uint>(region.InfoOf(frame));
        while (true)
        {
            uint info = machine.LoadAcquire(ref word);
            if (!IsPage(info))
            {
                return Refuse(ref machine, page, PageSize.Small);
            }

            bool isLast = info == FrameInfo.PageOnce;
            if (machine.CompareExchange(ref word, isLast ? FrameInfo.Nowhere : info - 1, info) != info)
            {
                continue; // another core changed the number of owners
            }

            if (isLast)
            {
                machine.NoteFrames(FrameChange.Returned, FrameUse.Page, page, PageSize.Small);
                ReturnFrame(ref machine, frame);
            }

            return VmStatus.Ok;
        }
    }

    /// <summary>Gives a page one more owner.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="page">First byte of a page that is given out.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; or, with nothing changed, <see cref="VmStatus.Misaligned"/>, <see cref="VmStatus.NotManaged"/>,
    /// <see cref="VmStatus.AlreadyFree"/>, <see cref="VmStatus.WrongKind"/>, <see cref="VmStatus.Overflow"/> (2^28 owners).
    /// </returns>
    public VmStatus TrySharePage<TMachine>(ref TMachine machine, PhysicalAddress page)
        where TMachine : struct, IMachine
    {
        uint frame = page.FrameNumber;
        if (!page.IsAligned(PageSize.Small) || !_index.TryFindRegion(frame, out FrameRegion region))
        {
            return Refuse(ref machine, page, PageSize.Small);
        }

        ref uint word = ref machine.Data<uint>(region.InfoOf(frame));
        while (true)
        {
            uint info = machine.LoadAcquire(ref word);
            if (!IsPage(info))
            {
                return Refuse(ref machine, page, PageSize.Small);
            }

            if ((info & FrameInfo.OwnersMask) == FrameInfo.OwnersMask)
            {
                return VmStatus.Overflow;
            }

            if (machine.CompareExchange(ref word, info + 1, info) == info)
            {
                return VmStatus.Ok;
            }
        }
    }

    private static bool IsPage(uint info) => info >> FrameInfo.UseShift == FrameInfo.PageOnce >> FrameInfo.UseShift;
}
