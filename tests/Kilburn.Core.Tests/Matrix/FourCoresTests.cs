using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Model.Scheduling;
using Xunit;

namespace Kilburn.Core.Tests.Matrix;

/// <summary>Short sequences of all operations on four cores at once, at three places, all drawn from a seed.</summary>
public sealed class FourCoresTests
{
    private const int CoreCount = 4;
    private const int Length = 4;
    private const int SeedsOfARow = 50;
    private const int MostOddsOfStaying = 12;

    private static readonly Operation[] s_operations = [.. OperationMatrix.From(Operation.MapRange, OperationMatrix.End)];
    private static readonly PlaceState[] s_states = Enum.GetValues<PlaceState>();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public void Operations_InAnyOrderOnAllCores_KeepAllThatHoldsForAny(int row)
    {
        using CoreScheduler scheduler = new();
        for (int seed = row * SeedsOfARow; seed < (row + 1) * SeedsOfARow; seed++)
        {
            string all = string.Empty;
            try
            {
                Run(scheduler, seed, ref all);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {seed}: {all}: {failure.Message}", failure);
            }
        }
    }

    private static void Run(CoreScheduler scheduler, int seed, ref string all)
    {
        Random random = new(seed);
        Grain grain = (Grain)random.Next(2);
        using MatrixWorld<FourCores> world = new(grain);
        Operation[] possible = [.. s_operations.Where(operation => OperationMatrix.Fits(operation, grain))];
        (Operation Operation, int Place)[][] plans =
        [
            .. Enumerable.Range(0, CoreCount).Select(_ => Enumerable.Range(0, Length)
                .Select(_ => (possible[random.Next(possible.Length)], random.Next(MatrixWorld<FourCores>.PlaceCount)))
                .ToArray()),
        ];
        all = $"{grain}; " + string.Join("; ", plans.Select(plan => string.Join(", ", plan)));
        for (int core = 0; core < CoreCount; core++)
        {
            foreach (Operation operation in plans[core].Select(step => step.Operation).Distinct())
            {
                world.PrepareFor(operation, core);
            }
        }

        PlaceState[] states =
        [
            .. Enumerable.Range(0, MatrixWorld<FourCores>.PlaceCount).Select(_ => s_states[random.Next(s_states.Length)]),
        ];
        foreach (int place in Enumerable.Range(0, states.Length).OrderBy(place => states[place] == PlaceState.Cloned))
        {
            world.Prepare(place, states[place]);
        }

        all += $"; {string.Join(", ", states)}";
        scheduler.Run(
            world.Machine,
            new RandomPolicy((ulong)seed + 1, random.Next(1, MostOddsOfStaying)),
            [.. Enumerable.Range(0, CoreCount).Select<int, Action>(core => () => Do(world, core, plans[core]))]);
        world.End();
    }

    private static void Do(MatrixWorld<FourCores> world, int core, IEnumerable<(Operation Operation, int Place)> plan)
    {
        foreach ((Operation operation, int place) in plan)
        {
            OperationMatrix.RequireResult(operation, world.Do(operation, core, place));
            world.UseOwnPage(core);
        }
    }
}
