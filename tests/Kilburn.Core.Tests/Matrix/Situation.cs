namespace Kilburn.Core.Tests.Matrix;

/// <summary>Two operations, where each core does its own, and what is there before.</summary>
internal sealed record Situation
{
    public required Grain Grain { get; init; }

    /// <summary>What core 0 does.</summary>
    public required Operation First { get; init; }

    public required PlaceState FirstState { get; init; }

    public int FirstPlace { get; init; }

    /// <summary>What core 1 does.</summary>
    public required Operation Second { get; init; }

    public required PlaceState SecondState { get; init; }

    public int SecondPlace { get; init; }

    /// <summary>Whether each has its place to itself.</summary>
    public bool IsApart => FirstPlace != SecondPlace;

    public override string ToString() => IsApart
        ? $"{First} ({FirstState}) and {Second} ({SecondState}), side by side, {Grain}"
        : $"{First} and {Second} at one place ({FirstState}), {Grain}";
}
