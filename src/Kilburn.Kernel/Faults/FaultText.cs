using System;
using Kilburn.Core.Faults;

namespace Kilburn.Kernel.Faults;

/// <summary>Faults in words.</summary>
internal static class FaultText
{
    /// <summary>The reason: <c>translation, first level</c>.</summary>
    /// <param name="status">FS[4:0].</param>
    internal static ReadOnlySpan<byte> OfStatus(FaultStatus status) => status switch
    {
        FaultStatus.None => "none"u8,
        FaultStatus.Alignment => "alignment"u8,
        FaultStatus.Debug => "debug event"u8,
        FaultStatus.AccessFlagFirstLevel => "access flag, first level"u8,
        FaultStatus.CacheMaintenance => "instruction cache maintenance"u8,
        FaultStatus.TranslationFirstLevel => "translation, first level"u8,
        FaultStatus.AccessFlagSecondLevel => "access flag, second level"u8,
        FaultStatus.TranslationSecondLevel => "translation, second level"u8,
        FaultStatus.External => "external abort"u8,
        FaultStatus.DomainFirstLevel => "domain, first level"u8,
        FaultStatus.DomainSecondLevel => "domain, second level"u8,
        FaultStatus.WalkFirstLevel => "external abort on the walk, first level"u8,
        FaultStatus.PermissionFirstLevel => "permission, first level"u8,
        FaultStatus.WalkSecondLevel => "external abort on the walk, second level"u8,
        FaultStatus.PermissionSecondLevel => "permission, second level"u8,
        FaultStatus.TlbConflict => "two TLB entries match"u8,
        FaultStatus.AsynchronousExternal => "asynchronous external abort"u8,
        _ => "unknown status"u8,
    };

    /// <summary>The access: <c>read</c>, <c>write</c>, <c>exec</c>.</summary>
    /// <param name="access">What was wanted.</param>
    internal static ReadOnlySpan<byte> OfAccess(FaultAccess access) => access switch
    {
        FaultAccess.Read => "read"u8,
        FaultAccess.Write => "write"u8,
        _ => "exec"u8,
    };
}
