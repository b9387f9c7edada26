using Kilburn.Core.Addresses;

namespace Kilburn.Core.Frames;

// Who shares a page.
public partial struct FrameAllocator
{
    /// <summary>True when a page has one owner. Of any use only to that owner: others' counts change at any time.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="page">First byte of a managed page that the caller has a share in.</param>
    internal bool HasSoleOwner<TMachine>(ref TMachine machine, PhysicalAddress page)
        where TMachine : struct, IMachine =>
        machine.LoadAcquire(ref _index.InfoOf(ref machine, page.FrameNumber)) == FrameInfo.SolePage;
}
