using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;

namespace Kilburn.Mutation;

/// <summary>Changes the core part by part, and counts what the tests notice: <c>Kilburn.Mutation ROOT [PART[/FILE]...]</c>.</summary>
internal static class Program
{
    private const int RequiredPerMille = 850;
    private const int AttemptLimit = 3; // on a busy machine its search for the SDK gives up

    private static int Main(string[] arguments)
    {
        string root = Path.GetFullPath(arguments[0]);
        string[] names = arguments[1..];
        if (names.FirstOrDefault(name => Part.Parse(name) == null) is string unknown)
        {
            Console.Error.WriteLine($"unknown part: {unknown}; there are: {string.Join(", ", Part.All.Select(part => part.Name))}");
            return 2;
        }

        try
        {
            string folder = Path.Combine(root, "out", "mutation");
            List<Mutant> mutants = [];
            foreach (Part part in names.Length == 0 ? Part.All : names.Select(name => Part.Parse(name)!))
            {
                mutants.AddRange(Test(root, Path.Combine(folder, part.Name), part));
            }

            return Report(Path.Combine(folder, "survivors.txt"), mutants);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"error: {failure.Message}");
            return 1;
        }
    }

    private static List<Mutant> Test(string root, string copy, Part part)
    {
        long start = Stopwatch.GetTimestamp();
        string tests = WorkingCopy.Make(root, copy, part);
        string output = Path.Combine(copy, "out");
        string log = Path.Combine(copy, "stryker.log");
        string report = Path.Combine(output, "reports", "mutation-report.json");
        for (int attempt = 0; attempt < AttemptLimit && !File.Exists(report); attempt++)
        {
            Stryker.Run(tests, output, log);
        }

        if (!File.Exists(report))
        {
            throw new InvalidDataException($"{part.Name}: dotnet-stryker ended without a report, see {log}");
        }

        List<Mutant> mutants = [.. MutationReport.Read(report).Where(mutant => part.IsChanged(mutant.File))];
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        Console.Error.WriteLine($"{part.Name}: {Score.Of(mutants)} of {Score.Of(mutants).Total}, {time.TotalMinutes:F1} minutes");
        return mutants;
    }

    private static int Report(string survivors, List<Mutant> mutants)
    {
        Console.WriteLine($"{"folder",-14}{"mutants",8}{"caught",8}{"survived",10}{"unreached",11}{"score",9}");
        foreach (IGrouping<string, Mutant> folder in mutants.GroupBy(mutant => mutant.File.Split('/')[0]).OrderBy(folder => folder.Key))
        {
            Score score = Score.Of(folder);
            Console.WriteLine(
                $"{folder.Key,-14}{score.Total,8}{score.Caught,8}{score.Survived,10}{score.Unreached,11}{score.ToString(),9}");
        }

        IEnumerable<Mutant> left = mutants.Where(mutant => mutant.IsCounted && !mutant.IsCaught);
        File.WriteAllLines(
            survivors,
            left.Select(mutant => $"{mutant.File}:{mutant.Line} {mutant.Status}: {mutant.Original}  ->  {mutant.Replacement}"));
        Console.WriteLine($"what was not caught: {survivors}");

        Score all = Score.Of(mutants);
        Console.WriteLine($"mutation score {all}");
        return all.PerMille >= RequiredPerMille ? 0 : 1;
    }
}
