using System.Collections.Generic;
using Kilburn.Model.Checking;

namespace Kilburn.Model.Traces;

/// <summary>What the machine has to say about a trace.</summary>
/// <param name="Violations">Everything that was found, in the order of the trace.</param>
/// <param name="OperationCount">Lines that are operations of a core.</param>
/// <param name="MaintenanceCount">Barriers and invalidations among them.</param>
/// <param name="UnneededCount">Barriers and invalidations that nothing waited for.</param>
/// <param name="UnfinishedCount">Changes of tables whose maintenance was not finished at the end.</param>
public sealed record TraceVerdict(
    IReadOnlyList<Violation> Violations, int OperationCount, long MaintenanceCount, long UnneededCount, int UnfinishedCount);
