using System;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Inspector.Translation;

namespace Kilburn.Inspector.Faults;

/// <summary>A data abort, taken apart.</summary>
/// <param name="IsLong">DFSR.LPAE: the status has the form that long descriptors use.</param>
/// <param name="Code">FS[4:0] or STATUS[5:0].</param>
/// <param name="Reason">In words.</param>
/// <param name="IsWrite">DFSR.WnR.</param>
/// <param name="Domain">Where the status has one.</param>
/// <remarks>Source: ARM DDI 0406C.d, B4.1.52 (DFSR), Tables B3-23 and B3-24.</remarks>
public sealed record DataAbort(bool IsLong, int Code, string Reason, bool IsWrite, int? Domain)
{
    private const int LevelMask = 3;
    private static readonly BitField s_long = BitField.Bit("LPAE", 9);
    private static readonly BitField s_write = BitField.Bit("WnR", 11);
    private static readonly BitField s_longStatus = new("STATUS", 5, 0);

    /// <summary>Takes the registers apart.</summary>
    /// <param name="status">DFSR.</param>
    /// <param name="address">DFAR.</param>
    public static DataAbort Decode(uint status, uint address)
    {
        bool isWrite = s_write.IsSet(status);
        if (s_long.IsSet(status))
        {
            int code = (int)s_longStatus.Of(status);
            return new DataAbort(true, code, LongReason(code), isWrite, null);
        }

        FaultReport report = FaultReport.FromDataAbort(status, new VirtualAddress(address));
        bool hasDomain = report.Status is FaultStatus.TranslationSecondLevel or FaultStatus.DomainFirstLevel
            or FaultStatus.DomainSecondLevel or FaultStatus.PermissionFirstLevel or FaultStatus.PermissionSecondLevel
            or FaultStatus.AccessFlagSecondLevel;
        return new DataAbort(false, (int)report.Status, ShortReason(report.Status), isWrite, hasDomain ? (int)report.Domain : null);
    }

    private static string ShortReason(FaultStatus status) => Enum.IsDefined(status) ? status switch
    {
        FaultStatus.None => "no fault",
        FaultStatus.TranslationFirstLevel => "translation fault, level 1",
        FaultStatus.TranslationSecondLevel => "translation fault, level 2",
        FaultStatus.AccessFlagFirstLevel => "access flag fault, level 1",
        FaultStatus.AccessFlagSecondLevel => "access flag fault, level 2",
        FaultStatus.DomainFirstLevel => "domain fault, level 1",
        FaultStatus.DomainSecondLevel => "domain fault, level 2",
        FaultStatus.PermissionFirstLevel => "permission fault, level 1",
        FaultStatus.PermissionSecondLevel => "permission fault, level 2",
        FaultStatus.Alignment => "alignment fault",
        FaultStatus.Debug => "debug event",
        FaultStatus.CacheMaintenance => "instruction cache maintenance fault",
        FaultStatus.External => "external abort",
        _ => status.ToString(),
    }
    : $"reserved status 0b{Convert.ToString((int)status, 2).PadLeft(5, '0')}";

    private static string LongReason(int code)
    {
        const int Alignment = 0b100001;
        const int Debug = 0b100010;
        const int External = 0b010000;
        const int AsynchronousExternal = 0b010001;
        const int TlbConflict = 0b110000;
        int level = code & LevelMask;
        return (code & ~LevelMask, code) switch
        {
            (_, Alignment) => "alignment fault",
            (_, Debug) => "debug event",
            (_, External) => "external abort",
            (_, AsynchronousExternal) => "asynchronous external abort",
            (_, TlbConflict) => "TLB conflict abort",
            (0b000100, _) when level != 0 => $"translation fault, level {level}",
            (0b001000, _) when level != 0 => $"access flag fault, level {level}",
            (0b001100, _) when level != 0 => $"permission fault, level {level}",
            (0b010100, _) when level != 0 => $"external abort on the walk, level {level}",
            (0b111100, _) when level != 0 => $"domain fault, level {level}",
            _ => $"reserved status 0b{Convert.ToString(code, 2).PadLeft(6, '0')}",
        };
    }
}
