using System.Collections.Generic;
using System.Linq;
using Kilburn.Campaigns.Sites;
using Kilburn.Model;
using Kilburn.Model.Campaigns;
using Kilburn.Model.Cores;

namespace Kilburn.Campaigns.Lives;

/// <summary>Which maintenance steps were reached. For several threads.</summary>
/// <param name="steps">All that there are.</param>
internal sealed class SiteLog(IReadOnlyList<MaintenanceStep> steps)
{
    private readonly Dictionary<(Site Site, int StepIndex, StepKind Step), (MaintenanceStep? Step, long Count)> _seen = [];

    /// <summary>Number of steps that were reached.</summary>
    public int ReachedCount
    {
        get
        {
            lock (_seen)
            {
                return _seen.Values.Where(entry => entry.Step != null).Select(entry => entry.Step).Distinct().Count();
            }
        }
    }

    /// <summary>Number of steps in all.</summary>
    public int StepCount => steps.Count;

    /// <summary>Adds what a machine has seen.</summary>
    public void Add(IReadOnlyCollection<SiteRecord> records)
    {
        lock (_seen)
        {
            foreach (SiteRecord record in records)
            {
                (Site Site, int StepIndex, StepKind Step) key = (record.Site, record.StepIndex, record.Step);
                (MaintenanceStep? step, long count) = _seen.TryGetValue(key, out (MaintenanceStep? Step, long Count) known)
                    ? known
                    : (steps.FirstOrDefault(candidate => candidate.IsRecordedBy(record)), 0);
                _seen[key] = (step, count + record.Count);
            }
        }
    }

    /// <summary>How often a step was reached.</summary>
    public long CountOf(MaintenanceStep step)
    {
        lock (_seen)
        {
            return _seen.Values.Where(entry => entry.Step == step).Sum(entry => entry.Count);
        }
    }

    /// <summary>The steps that were not reached.</summary>
    public IReadOnlyList<MaintenanceStep> FindMissing()
    {
        lock (_seen)
        {
            return [.. steps.Except(_seen.Values.Where(entry => entry.Step != null).Select(entry => entry.Step!))];
        }
    }
}
