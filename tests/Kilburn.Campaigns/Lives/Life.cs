using System;
using System.Collections.Generic;
using System.Globalization;
using Kilburn.Campaigns.Workloads;
using Kilburn.Model;
using Kilburn.Model.Campaigns;
using Kilburn.Model.Checking;
using Kilburn.Model.Profiles;
using Kilburn.Model.Scheduling;

namespace Kilburn.Campaigns.Lives;

/// <summary>One life of a kernel on a hostile machine: everything that happens in it follows from these four.</summary>
/// <param name="Processor">The name of a profile.</param>
/// <param name="Way">How its cores take turns.</param>
/// <param name="Seed">Decides the rest.</param>
/// <param name="OperationCount">Its length.</param>
internal sealed record Life(string Processor, LifeWay Way, int Seed, int OperationCount)
{
    /// <summary>The processors that lives are lived on.</summary>
    public static IReadOnlyList<string> Processors { get; } =
        [nameof(CortexA7), nameof(FewAsids), nameof(IncoherentWalks), nameof(IncoherentFewAsids)];

    /// <summary>Lives it.</summary>
    /// <param name="mutation">A step of the maintenance that is changed; null for the code as it is.</param>
    /// <param name="sites">Gets the maintenance steps that were reached; null when nobody asks.</param>
    public LifeResult Run(Mutation? mutation = null, SiteLog? sites = null) => Processor switch
    {
        nameof(CortexA7) => Run<CortexA7>(mutation, sites),
        nameof(FewAsids) => Run<FewAsids>(mutation, sites),
        nameof(IncoherentWalks) => Run<IncoherentWalks>(mutation, sites),
        nameof(IncoherentFewAsids) => Run<IncoherentFewAsids>(mutation, sites),
        _ => throw new ArgumentException($"There is no processor '{Processor}': {string.Join(", ", Processors)}."),
    };

    /// <summary>What makes it again.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"./test --replay {Processor} {Way} {Seed} {OperationCount}");

    private LifeResult Run<TProfile>(Mutation? mutation, SiteLog? sites)
        where TProfile : struct, IProcessorProfile
    {
        MachineOptions Configure(MachineOptions options) => options with { Tlb = TlbModel.Hostile, Mutation = mutation };
        int done = 0;
        Machine? machine = null;
        try
        {
            if (Way == LifeWay.Turns)
            {
                using Workload<TProfile> workload = new(Seed, Configure, made => machine = made);
                try
                {
                    workload.Run(OperationCount);
                }
                finally
                {
                    done = workload.OperationCount;
                }
            }
            else
            {
                using Race<TProfile> race = new(Seed, Configure, made => machine = made);
                try
                {
                    race.Run(OperationCount);
                }
                finally
                {
                    done = race.OperationCount;
                }
            }

            return new LifeResult(done, FindingKind.None, null);
        }
        catch (Exception failure)
        {
            return Judge(done, failure);
        }
        finally
        {
            if (machine != null)
            {
                sites?.Add(machine.Sites);
            }
        }
    }

    private static LifeResult Judge(int done, Exception failure)
    {
        if (failure is ScheduleException { InnerException: Exception cause })
        {
            failure = cause; // the seed makes the schedule again
        }

        (FindingKind kind, string text) = failure switch
        {
            ViolationException => (FindingKind.Violation, failure.Message),
            MismatchException => (FindingKind.Mismatch, failure.Message),
            MachinePanicException => (FindingKind.Panic, failure.Message),
            _ => (FindingKind.Crash, failure.ToString()),
        };
        return new LifeResult(done, kind, text);
    }
}

/// <summary>How cores take turns.</summary>
internal enum LifeWay
{
    /// <summary>One operation after the other, each on some core, against plain references: <see cref="Workload{TProfile}"/>.</summary>
    Turns,

    /// <summary>All cores at once, under a seeded schedule: <see cref="Race{TProfile}"/>.</summary>
    Race,
}

/// <summary>How a life ended.</summary>
/// <param name="OperationCount">Operations done.</param>
/// <param name="Kind">What was found.</param>
/// <param name="Finding">In words; null when nothing was.</param>
internal sealed record LifeResult(int OperationCount, FindingKind Kind, string? Finding)
{
    /// <summary>True when it ended with a named violation or a failed assertion.</summary>
    public bool IsCaught => Kind is FindingKind.Violation or FindingKind.Mismatch or FindingKind.Panic;
}

/// <summary>What ended a life early.</summary>
internal enum FindingKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The machine names a rule of the architecture that was broken.</summary>
    Violation,

    /// <summary>The core and the plain reference disagree.</summary>
    Mismatch,

    /// <summary>The core itself saw a broken invariant, and named it.</summary>
    Panic,

    /// <summary>Anything else.</summary>
    Crash,
}
