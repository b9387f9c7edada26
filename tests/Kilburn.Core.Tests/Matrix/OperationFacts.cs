using System;
using System.Linq;
using Kilburn.Core.Faults;

namespace Kilburn.Core.Tests.Matrix;

/// <summary>What there is to know of an operation: the place that it wants, how it may be refused, what its page is like after it.</summary>
internal sealed class OperationFacts
{
    private static readonly Enum[] s_somethingElseIsThere = [VmStatus.NotMapped, VmStatus.WrongKind];
    private static readonly OperationFacts[] s_all = [.. Enum.GetValues<Operation>().Select(Make)];

    private OperationFacts()
    {
    }

    /// <summary>The place that it has something to do at; null when it has at any.</summary>
    public PlaceState? Wants { get; private init; }

    /// <summary>Whether it works at a place at all.</summary>
    public bool HasPlace { get; private init; } = true;

    /// <summary>Whether it takes a frame for every page of its place: there are not as many as a MiB has.</summary>
    public bool FillsPlace { get; private init; }

    /// <summary>What it may return besides success, when others work at its place.</summary>
    public Enum[] Refusals { get; private init; } = [];

    /// <summary>What is at its place's first page after it, when nobody else works there.</summary>
    public Content After { get; private init; } = Content.Initial;

    /// <summary>The same of its second page.</summary>
    public Content AfterSecond { get; private init; } = Content.Any;

    public static OperationFacts Of(Operation operation) => s_all[(int)operation];

    private static OperationFacts Make(Operation operation) => operation switch
    {
        Operation.MapRange => new()
        {
            Wants = PlaceState.Free,
            Refusals = [VmStatus.Occupied],
            After = Content.Zero,
            AfterSecond = Content.Zero,
        },
        Operation.MapInsteadAtOnce => new()
        {
            Wants = PlaceState.Touched,
            FillsPlace = true,
            After = Content.Zero,
            AfterSecond = Content.Zero,
        },
        Operation.MapAnywhere => new() { After = Content.Any },
        Operation.Unmap => new() { Wants = PlaceState.Touched, After = Content.None, AfterSecond = Content.None },
        Operation.Protect => new()
        {
            Wants = PlaceState.Touched,
            Refusals = s_somethingElseIsThere,
            After = Content.InitialReadOnly,
            AfterSecond = Content.InitialReadOnly,
        },
        Operation.AdviseNeed => new()
        {
            Wants = PlaceState.Reserved,
            FillsPlace = true,
            Refusals = s_somethingElseIsThere,
            After = Content.Zero,
            AfterSecond = Content.Zero,
        },
        Operation.AdviseDiscard => new()
        {
            Wants = PlaceState.Touched,
            Refusals = s_somethingElseIsThere,
            After = Content.Zero,
            AfterSecond = Content.Zero,
        },
        Operation.AdviseAge => new()
        {
            Wants = PlaceState.Touched,
            Refusals = s_somethingElseIsThere,
            AfterSecond = Content.Initial,
        },
        Operation.Move => new()
        {
            Wants = PlaceState.Touched,
            Refusals = s_somethingElseIsThere,
            After = Content.Any,
        },
        Operation.MoveHere => new()
        {
            Wants = PlaceState.Free,
            Refusals = [VmStatus.Occupied, VmStatus.NotMapped], // moved by an earlier one
            After = Content.Side,
        },
        Operation.Grow or Operation.GrowElsewhere => new()
        {
            Wants = PlaceState.Touched,
            Refusals = s_somethingElseIsThere,
            After = Content.Any,
        },
        Operation.Shrink => new()
        {
            Wants = PlaceState.Touched,
            Refusals = s_somethingElseIsThere,
            AfterSecond = Content.None,
        },
        Operation.MapPage => new() { Wants = PlaceState.Free, Refusals = [VmStatus.AlreadyMapped], After = Content.Zero },
        Operation.UnmapPage => new()
        {
            Wants = PlaceState.Given,
            Refusals = s_somethingElseIsThere,
            After = Content.None,
        },
        Operation.MapObject or Operation.MapCopyOfObject => new()
        {
            Wants = PlaceState.Free,
            Refusals = [VmStatus.Occupied],
            After = Content.Zero,
            AfterSecond = Content.Zero,
        },
        Operation.CutObject => new() { Wants = PlaceState.Shared, AfterSecond = Content.None },
        Operation.LengthenObject => new() { Wants = PlaceState.Shared },
        Operation.FirstWrite => FaultOf(PlaceState.Reserved, Content.Written),
        Operation.FirstRead => FaultOf(PlaceState.Reserved, Content.Zero),
        Operation.WriteAfterClone => FaultOf(PlaceState.Cloned, Content.Written),
        Operation.WriteObject => FaultOf(PlaceState.Shared, Content.Written),
        Operation.WriteCopyOfObject => FaultOf(PlaceState.Private, Content.Written),
        Operation.CloneSpace => new() { Wants = PlaceState.Touched },
        Operation.DestroyClone => new() { Wants = PlaceState.Cloned, Refusals = [VmStatus.NoSuchSpace] },
        Operation.Query => new() { Wants = PlaceState.Touched, Refusals = [VmStatus.NotMapped] },
        _ => new() { HasPlace = false, Refusals = [VmStatus.NotMapped] }, // nothing that it could give back
    };

    private static OperationFacts FaultOf(PlaceState wants, Content after) => new()
    {
        Wants = wants,
        Refusals = [FaultOutcome.NotMapped, FaultOutcome.Protection, FaultOutcome.PastEnd],
        After = after,
    };
}
