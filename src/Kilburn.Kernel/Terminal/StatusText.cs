using System;
using Kilburn.Core;

namespace Kilburn.Kernel.Terminal;

/// <summary>Statuses in words.</summary>
public static class StatusText
{
    /// <summary>A status as a person reads it: <c>out of frames</c>.</summary>
    /// <param name="status">Any status.</param>
    public static ReadOnlySpan<byte> Of(VmStatus status) => status switch
    {
        VmStatus.Ok => "done"u8,
        VmStatus.Misaligned => "misaligned"u8,
        VmStatus.OutOfRange => "out of range"u8,
        VmStatus.AlreadyMapped => "already mapped"u8,
        VmStatus.NotMapped => "not mapped"u8,
        VmStatus.OutOfFrames => "out of frames"u8,
        VmStatus.AlreadyFree => "already free"u8,
        VmStatus.NotManaged => "not managed"u8,
        VmStatus.WrongKind => "wrong kind"u8,
        VmStatus.WindowFull => "window full"u8,
        VmStatus.MemoryConflict => "memory conflict"u8,
        VmStatus.NoSuchSpace => "no such space"u8,
        VmStatus.SpaceActive => "space active"u8,
        VmStatus.Overflow => "overflow"u8,
        VmStatus.Corrupted => "corrupted"u8,
        VmStatus.OutOfIdentifiers => "out of identifiers"u8,
        VmStatus.Denied => "denied"u8,
        VmStatus.EmptyRange => "empty range"u8,
        VmStatus.WrappedRange => "wrapped range"u8,
        VmStatus.Occupied => "occupied"u8,
        VmStatus.NoRoom => "no room"u8,
        VmStatus.LimitReached => "limit reached"u8,
        VmStatus.RightsRefused => "rights refused"u8,
        _ => "unknown status"u8,
    };
}
