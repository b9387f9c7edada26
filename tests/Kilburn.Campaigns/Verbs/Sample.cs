using System;
using Kilburn.Campaigns.Lives;

namespace Kilburn.Campaigns.Verbs;

/// <summary>A few lives of each kind, always the same, up to the first that ends in a finding: for code that may be wrong.</summary>
internal static class Sample
{
    /// <summary>What the line of a finding begins with.</summary>
    public const string Caught = "caught by ";

    private const int Seeds = 8;
    private const int TurnsLength = 1000;
    private const int RaceLength = 400;

    /// <summary>Lives them.</summary>
    /// <returns>The exit status: 1 when something is found.</returns>
    public static int Run()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            foreach (string processor in Life.Processors)
            {
                if (IsFound(new Life(processor, LifeWay.Turns, seed, TurnsLength)) || IsFound(new Life(processor, LifeWay.Race, seed, RaceLength)))
                {
                    return 1;
                }
            }
        }

        return 0;
    }

    private static bool IsFound(Life life)
    {
        LifeResult result = life.Run();
        if (result.IsCaught)
        {
            Console.WriteLine($"{Caught}{life.Processor} {life.Way} {life.Seed}: {result.Finding!.ReplaceLineEndings(" ")}");
        }
        else if (result.Kind == FindingKind.Crash)
        {
            Console.WriteLine($"crashed: {life}: {result.Finding!.ReplaceLineEndings(" ")}");
        }

        return result.IsCaught;
    }
}
