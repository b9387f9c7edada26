using System.Collections.Generic;
using System.Linq;

namespace Kilburn.Inspector.Audit;

/// <summary>Checks all rules.</summary>
public static class Auditor
{
    /// <summary>Checks all rules but some.</summary>
    /// <param name="context">The guest.</param>
    /// <param name="skipped">Ids of rules that are not checked.</param>
    public static AuditResult Check(AuditContext context, IReadOnlyCollection<string> skipped)
    {
        AuditRule[] rules = [.. AuditRules.All.Where(rule => !skipped.Contains(rule.Id))];
        return new AuditResult(
            rules.Length,
            [.. rules.SelectMany(rule => rule.Check(rule, context))],
            context.HasMemoryMap ? [] : [.. rules.Where(rule => rule.NeedsMemoryMap)]);
    }
}
