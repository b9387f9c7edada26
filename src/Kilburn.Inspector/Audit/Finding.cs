namespace Kilburn.Inspector.Audit;

/// <summary>Something that is wrong with the tables.</summary>
/// <param name="Rule">The rule that is broken.</param>
/// <param name="Address">First virtual address that it concerns.</param>
/// <param name="LengthInBytes">How far it reaches.</param>
/// <param name="Physical">The physical address, or that of the table or descriptor.</param>
/// <param name="Message">In words.</param>
public sealed record Finding(AuditRule Rule, uint Address, ulong LengthInBytes, ulong Physical, string Message);
