using System.Collections.Generic;

namespace Kilburn.Inspector.Audit;

/// <summary>Every rule.</summary>
public static class AuditRules
{
    /// <summary>In the order in which they are checked.</summary>
    public static IReadOnlyList<AuditRule> All { get; } =
    [
        new("write-execute", Severity.Error, "B3.7.2", "writable and executable", RightsRules.WriteExecute),
        new("write-execute-alias", Severity.Error, "B3.7.2", "writable here, executable elsewhere", RightsRules.WriteExecuteAlias),
        new("user-reaches-kernel", Severity.Error, "B3.7.1", "kernel addresses that the user reaches", RightsRules.UserReachesKernel),
        new("kernel-executes-user", Severity.Error, "B3.7.2", "user memory that the kernel may execute", RightsRules.KernelExecutesUser),
        new("manager-domain", Severity.Error, "B3.7.3", "a domain whose permissions nobody checks", RightsRules.ManagerDomain),
        new("global-user", Severity.Error, "B3.9.1", "user entries that match under every ASID", RightsRules.GlobalUser),
        new("non-global-kernel", Severity.Warning, "B3.9.1", "kernel entries that match under one ASID", RightsRules.NonGlobalKernel),
        new("unequal-large-page", Severity.Error, "B3.5.1", "unequal copies of a large page", CopyRules.UnequalLargePage),
        new("unequal-supersection", Severity.Error, "B3.5.1", "unequal copies of a supersection", CopyRules.UnequalSupersection),
        new("unequal-contiguous", Severity.Error, "B3.6.1", "a contiguous hint that is not true", CopyRules.UnequalContiguous),
        new("overlap", Severity.Error, "B3.9.2", "two entries for one address", CopyRules.Overlap),
        new("mixed-memory-types", Severity.Error, "A3.5.7", "one frame with different memory types", MemoryRules.MixedTypes),
        new("executable-device", Severity.Error, "B3.7.2", "device memory that may be executed", MemoryRules.ExecutableDevice),
        new("cacheable-device", Severity.Error, "A3.5.5", "cacheable, but no RAM", MemoryRules.CacheableDevice) { NeedsMemoryMap = true },
        new("table-outside-ram", Severity.Error, "B3.12.2", "tables outside RAM", TableRules.OutsideRam) { NeedsMemoryMap = true },
        new("shared-table", Severity.Warning, "B3.5.5", "tables that are reached twice", TableRules.Shared),
        new("user-writes-table", Severity.Error, "B3.5.5", "tables that the user may write", TableRules.UserWrites),
        new("reserved-bits", Severity.Error, "B3.5.1", "reserved encodings", TableRules.ReservedBits),
    ];
}
