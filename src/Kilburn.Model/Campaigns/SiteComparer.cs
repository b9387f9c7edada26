using System;
using System.Collections.Generic;
using Kilburn.Model.Cores;

namespace Kilburn.Model.Campaigns;

/// <summary>Compares places without reading their paths: the compiler gives one string for one file.</summary>
internal sealed class SiteComparer : IEqualityComparer<(Site Site, int StepIndex, StepKind Step)>
{
    public static readonly SiteComparer Instance = new();

    public bool Equals((Site Site, int StepIndex, StepKind Step) left, (Site Site, int StepIndex, StepKind Step) right) =>
        left.Site.Line == right.Site.Line && left.StepIndex == right.StepIndex && left.Step == right.Step
        && (ReferenceEquals(left.Site.File, right.Site.File)
            || string.Equals(left.Site.File, right.Site.File, StringComparison.Ordinal));

    public int GetHashCode((Site Site, int StepIndex, StepKind Step) key) =>
        HashCode.Combine(key.Site.Line, key.StepIndex, key.Step, key.Site.File?.Length ?? 0);
}
