using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Kilburn.Model.Scheduling;

/// <summary>In which order cores did their steps: runs of one core each. Printed by a failure, and replayed from the print.</summary>
public sealed class Schedule
{
    private readonly List<(int Core, int Steps)> _runs = [];

    /// <summary>The runs, in order.</summary>
    public IReadOnlyList<(int Core, int Steps)> Runs => _runs;

    /// <summary>Reads what <see cref="ToString"/> writes: <c>0*12 1*3 0*5</c>.</summary>
    /// <param name="text">Runs of <c>CORE*STEPS</c>, with spaces between.</param>
    /// <exception cref="FormatException">It is not of that form.</exception>
    public static Schedule Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Schedule schedule = new();
        foreach (string run in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = run.Split('*');
            if (parts.Length != 2
                || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int core)
                || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int steps))
            {
                throw new FormatException($"'{run}' is no run of a schedule: CORE*STEPS.");
            }

            schedule._runs.Add((core, steps));
        }

        return schedule;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        StringBuilder text = new();
        foreach ((int core, int steps) in _runs)
        {
            _ = text.Append(text.Length == 0 ? string.Empty : " ").Append(CultureInfo.InvariantCulture, $"{core}*{steps}");
        }

        return text.ToString();
    }

    /// <summary>Adds a step.</summary>
    internal void Add(int core)
    {
        if (_runs.Count != 0 && _runs[^1].Core == core)
        {
            _runs[^1] = (core, _runs[^1].Steps + 1);
            return;
        }

        _runs.Add((core, 1));
    }
}
