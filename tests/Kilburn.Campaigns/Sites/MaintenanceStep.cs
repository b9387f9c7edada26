using System.Globalization;
using Kilburn.Model.Campaigns;
using Kilburn.Model.Cores;

namespace Kilburn.Campaigns.Sites;

/// <summary>One step of a maintenance operation or barrier, at one place of the core's source.</summary>
/// <param name="File">Path below <c>src</c>, with <c>/</c>.</param>
/// <param name="Line">Line of the call, as the compiler gives it to the machine.</param>
/// <param name="Operation">The member of the machine that is called.</param>
/// <param name="StepIndex">Which of its steps, from 0.</param>
/// <param name="Step">What the step is.</param>
/// <param name="IsUnread">See <see cref="MachineStep"/>.</param>
/// <param name="Place">Where the call stands among those of its method, from 0; with the method, to find its neighbour.</param>
/// <param name="Method">The method that the call stands in.</param>
public sealed record MaintenanceStep(
    string File, int Line, string Operation, int StepIndex, StepKind Step, bool IsUnread, int Place, string Method)
{
    /// <summary>What is done to the step.</summary>
    /// <param name="kind">The change.</param>
    public Mutation Change(MutationKind kind) => new(File, Line, StepIndex, Step, kind);

    /// <summary>True when a machine's record is of this step.</summary>
    /// <param name="record">A record.</param>
    public bool IsRecordedBy(SiteRecord record) =>
        record.Site.Line == Line && record.StepIndex == StepIndex && record.Step == Step
        && record.Site.File != null && record.Site.File.Replace('\\', '/').EndsWith(File, System.StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{File}:{Line} {Operation}, step {StepIndex}: {Step}");
}
