using System;
using System.Collections.Generic;
using System.Linq;

namespace Kilburn.Mutation;

/// <summary>How many of the mutants were caught.</summary>
/// <param name="Caught">A test failed, or did not end.</param>
/// <param name="Survived">Tests came to the line, and none failed.</param>
/// <param name="Unreached">No test came to the line.</param>
internal readonly record struct Score(int Caught, int Survived, int Unreached)
{
    /// <summary>Mutants that count.</summary>
    public int Total => Caught + Survived + Unreached;

    /// <summary>Caught of all, in tenths of a percent, rounded down: 85.0 is not reached by 84.96.</summary>
    public int PerMille => Total == 0 ? 0 : (int)((long)Caught * 1000 / Total);

    /// <summary>Counts mutants.</summary>
    /// <param name="mutants">Those that do not count are passed over.</param>
    public static Score Of(IEnumerable<Mutant> mutants)
    {
        List<Mutant> counted = [.. mutants.Where(mutant => mutant.IsCounted)];
        int caught = counted.Count(mutant => mutant.IsCaught);
        int unreached = counted.Count(mutant => mutant.Status == "NoCoverage");
        return new Score(caught, counted.Count - caught - unreached, unreached);
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{PerMille / 10}.{PerMille % 10} %");
}
