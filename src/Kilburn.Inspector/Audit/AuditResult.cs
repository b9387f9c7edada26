using System.Collections.Generic;

namespace Kilburn.Inspector.Audit;

/// <summary>What the rules found.</summary>
/// <param name="RuleCount">How many rules were checked.</param>
/// <param name="Findings">In the order of the rules.</param>
/// <param name="PartlyChecked">Rules that would have found more, had somebody said where RAM is.</param>
public sealed record AuditResult(int RuleCount, IReadOnlyList<Finding> Findings, IReadOnlyList<AuditRule> PartlyChecked);
