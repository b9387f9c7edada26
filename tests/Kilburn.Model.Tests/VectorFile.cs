using System;
using System.Collections.Generic;
using System.IO;
using Xunit;

namespace Kilburn.Model.Tests;

/// <summary>Reads a truth table of <c>tests/vectors</c>: one case a line, columns by white space, '#' starts a comment.</summary>
internal static class VectorFile
{
    public static IEnumerable<TheoryDataRow<string, string[]>> Read(string name)
    {
        int number = 0;
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "vectors", name)))
        {
            number++;
            string[] columns = line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length != 0)
            {
                yield return new TheoryDataRow<string, string[]>($"{name}:{number}", columns);
            }
        }
    }
}
