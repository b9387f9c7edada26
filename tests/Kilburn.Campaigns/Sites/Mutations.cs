using System.Collections.Generic;
using System.Linq;
using Kilburn.Model.Campaigns;
using Kilburn.Model.Cores;

namespace Kilburn.Campaigns.Sites;

/// <summary>What is done to each step.</summary>
internal static class Mutations
{
    private static readonly MutationKind[] s_weakenings = [MutationKind.Drop, MutationKind.Local, MutationKind.WrongAsid, MutationKind.WrongAddress];

    /// <summary>All changes of all steps, as far as they change anything.</summary>
    /// <param name="steps">The steps.</param>
    public static IEnumerable<(MaintenanceStep Step, Mutation Mutation)> Of(IReadOnlyList<MaintenanceStep> steps)
    {
        foreach (MaintenanceStep step in steps)
        {
            foreach (MutationKind kind in s_weakenings)
            {
                if (Mutation.IsApplicable(step.Step, kind))
                {
                    yield return (step, step.Change(kind));
                }
            }

            if (FindNeighbour(steps, step) is MaintenanceStep neighbour && !Commute(step, neighbour))
            {
                yield return (step, step.Change(MutationKind.SwapWithNext));
            }
        }
    }

    // The next step of the operation, or the first of the next operation in the method.
    private static MaintenanceStep? FindNeighbour(IReadOnlyList<MaintenanceStep> steps, MaintenanceStep step) =>
        steps.FirstOrDefault(other => other.Method == step.Method && other.Place == step.Place && other.StepIndex == step.StepIndex + 1)
        ?? steps.FirstOrDefault(other => other.Method == step.Method && other.Place == step.Place + 1 && other.StepIndex == 0);

    // Two invalidations are ordered by nothing but the DSB after both, and two register writes by nothing but the ISB after both:
    // the processor may do them in either order as they stand. A3.8.3, B3.10.1, B3.15.5. What nothing reads has no order at all.
    private static bool Commute(MaintenanceStep first, MaintenanceStep second) =>
        first.Step == second.Step
        || (IsInvalidation(first.Step) && IsInvalidation(second.Step))
        || first.IsUnread
        || second.IsUnread;

    private static bool IsInvalidation(StepKind kind) =>
        kind is not (StepKind.DataBarrier or StepKind.ContextBarrier or StepKind.RegisterWrite);
}
