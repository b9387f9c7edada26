using System;
using System.Collections.Generic;

namespace Kilburn.Inspector.Audit;

/// <summary>A rule that tables should keep.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Severity">How bad it is to break it.</param>
/// <param name="Section">Of ARM DDI 0406C.d.</param>
/// <param name="Title">What is found.</param>
/// <param name="Check">Finds what breaks it.</param>
public sealed record AuditRule(
    string Id, Severity Severity, string Section, string Title, Func<AuditRule, AuditContext, IEnumerable<Finding>> Check)
{
    /// <summary>True for a rule that has to know where RAM is, or where devices are.</summary>
    public bool NeedsMemoryMap { get; init; }
}
