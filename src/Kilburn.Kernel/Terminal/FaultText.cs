using System;
using Kilburn.Core.Faults;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Terminal;

/// <summary>Faults in words.</summary>
public static class FaultText
{
    /// <summary>What kind of fault a status is: <c>translation</c>.</summary>
    /// <param name="status">Any status.</param>
    public static ReadOnlySpan<byte> KindOf(FaultStatus status) => status switch
    {
        FaultStatus.None => "none"u8,
        FaultStatus.Alignment => "alignment"u8,
        FaultStatus.Debug => "debug"u8,
        FaultStatus.CacheMaintenance => "cache maintenance"u8,
        FaultStatus.AccessFlagFirstLevel or FaultStatus.AccessFlagSecondLevel => "access flag"u8,
        FaultStatus.TranslationFirstLevel or FaultStatus.TranslationSecondLevel => "translation"u8,
        FaultStatus.DomainFirstLevel or FaultStatus.DomainSecondLevel => "domain"u8,
        FaultStatus.PermissionFirstLevel or FaultStatus.PermissionSecondLevel => "permission"u8,
        FaultStatus.WalkFirstLevel or FaultStatus.WalkSecondLevel => "external on walk"u8,
        FaultStatus.External => "external"u8,
        FaultStatus.AsynchronousExternal => "asynchronous external"u8,
        FaultStatus.TlbConflict => "TLB conflict"u8,
        _ => "unknown"u8,
    };

    /// <summary>At which level of the walk a fault came: <c>, first level</c>; empty where there is no level.</summary>
    /// <param name="status">Any status.</param>
    public static ReadOnlySpan<byte> LevelOf(FaultStatus status) => status switch
    {
        FaultStatus.AccessFlagFirstLevel or FaultStatus.TranslationFirstLevel or FaultStatus.DomainFirstLevel
            or FaultStatus.PermissionFirstLevel or FaultStatus.WalkFirstLevel => ", first level"u8,
        FaultStatus.AccessFlagSecondLevel or FaultStatus.TranslationSecondLevel or FaultStatus.DomainSecondLevel
            or FaultStatus.PermissionSecondLevel or FaultStatus.WalkSecondLevel => ", second level"u8,
        _ => default,
    };

    /// <summary>The access that was refused: <c>read</c>.</summary>
    /// <param name="access">Any access.</param>
    public static ReadOnlySpan<byte> NameOf(FaultAccess access) => access switch
    {
        FaultAccess.Read => "read"u8,
        FaultAccess.Write => "write"u8,
        FaultAccess.Execute => "exec"u8,
        _ => "access"u8,
    };

    /// <summary>Writes a fault: <c>fault read 0x00000010: translation, first level</c>.</summary>
    /// <param name="board">The board.</param>
    /// <param name="report">The fault.</param>
    public static void WriteFault<TBoard>(this ref TBoard board, FaultReport report)
        where TBoard : struct, IBoard
    {
        board.Write("fault "u8);
        board.Write(NameOf(report.Access));
        board.Write(" "u8);
        board.WriteHex(report.Address.Value);
        board.Write(": "u8);
        board.Write(KindOf(report.Status));
        board.Write(LevelOf(report.Status));
        if (HasDomain(report.Status) && report.Access != FaultAccess.Execute)
        {
            board.Write(", domain "u8);
            board.WriteDecimal(report.Domain);
        }
    }

    private static bool HasDomain(FaultStatus status) =>
        status is FaultStatus.DomainFirstLevel or FaultStatus.DomainSecondLevel;
}
