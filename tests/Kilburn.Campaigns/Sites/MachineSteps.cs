using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using Kilburn.Core;
using Kilburn.Core.Asids;
using Kilburn.Core.Descriptors;
using Kilburn.Model;
using Kilburn.Model.Campaigns;
using Kilburn.Model.Checking;
using Kilburn.Model.Cores;
using Kilburn.Model.Profiles;

namespace Kilburn.Campaigns.Sites;

/// <summary>The steps of each operation of the machine that takes its caller's place: asked of the model, by doing it.</summary>
/// <remarks>
/// An operation without a barrier or an invalidation (a table store, a register write, a note) is no maintenance, and has no steps.
/// One that is given a set of cores is done for this core alone and for all.
/// </remarks>
internal static class MachineSteps
{
    private const string ProbeFile = "probe";
    private const uint MemoryInBytes = 1 << 20;

    /// <summary>Steps by the name of the operation.</summary>
    public static IReadOnlyDictionary<string, MachineStep[]> Find()
    {
        Dictionary<string, MachineStep[]> found = [];
        foreach (MethodInfo method in typeof(IMachine).GetMethods().Where(TakesPlace))
        {
            MachineStep[] steps = [.. Probe(method, 1).Union(Probe(method, uint.MaxValue)).OrderBy(step => step.Index)];
            if (steps.Any(step => step.Kind != StepKind.RegisterWrite))
            {
                found.Add(method.Name, steps);
            }
        }

        return found;
    }

    private static bool TakesPlace(MethodInfo method) =>
        method.GetParameters().Any(parameter => parameter.IsDefined(typeof(CallerFilePathAttribute)));

    private static IEnumerable<MachineStep> Probe(MethodInfo method, uint cores)
    {
        MachineOptions options = new()
        {
            Banks = [Model.Memory.MemoryBank.Memory(0, MemoryInBytes)],
            Tlb = TlbModel.Hostile,
            Handling = ViolationHandling.Collect,
            Mutation = null,
        };
        using Machine machine = Machine.Create<CortexA7>(options);
        object core = machine.GetCore<CortexA7>(0);
        object?[] arguments = [.. method.GetParameters().Select(parameter => ArgumentOf(parameter, cores))];
        _ = method.Invoke(core, arguments);
        Step[] steps =
        [
            .. machine.Sites.Where(record => record.Site.File == ProbeFile)
                .OrderBy(record => record.StepIndex)
                .Select(record => record.First),
        ];
        return steps.Select((step, index) => new MachineStep(index, step.Kind, IsUnread(steps, index)));
    }

    private static bool IsUnread(Step[] steps, int index) =>
        steps[index].Kind == StepKind.RegisterWrite
        && steps[index].Address == (uint)SystemRegister.TranslationTableBase0
        && AreWalksOff(steps.Take(Array.FindLastIndex(steps, index, step => step.Kind == StepKind.ContextBarrier) + 1))
        && AreWalksOff(steps);

    // What the last write of TTBCR among the steps leaves.
    private static bool AreWalksOff(IEnumerable<Step> steps) =>
        (steps.LastOrDefault(step =>
            step.Kind == StepKind.RegisterWrite && step.Address == (uint)SystemRegister.TranslationTableBaseControl).Operand
        & TranslationControl.NoUserWalks) != 0;

    private static object? ArgumentOf(ParameterInfo parameter, uint cores)
    {
        const uint Length = 1024;
        return parameter.IsDefined(typeof(CallerFilePathAttribute)) ? ProbeFile
            : parameter.ParameterType == typeof(AsidOwner).MakeByRefType() ? new AsidOwner { Cores = cores }
            : parameter.ParameterType.IsByRef ? cores
            : parameter.ParameterType == typeof(uint) ? Length
            : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType)
            : null;
    }
}
