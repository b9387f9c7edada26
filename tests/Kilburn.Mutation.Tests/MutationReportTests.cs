using System;
using System.Collections.Generic;
using System.IO;
using Xunit;

namespace Kilburn.Mutation.Tests;

public sealed class MutationReportTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Read_AReport_GivesTheChangedTextOfEachMutant()
    {
        File.WriteAllText(_path, """
            { "files": { "/copy/src/Kilburn.Core/Asids/B.cs": { "source": "first\n  a +\n    b;\nlast", "mutants": [
                { "status": "Survived", "replacement": "a -\n b", "location": { "start": { "line": 2, "column": 3 }, "end": { "line": 3, "column": 6 } } },
                { "status": "Killed", "replacement": ";", "location": { "start": { "line": 1, "column": 1 }, "end": { "line": 1, "column": 6 } } }
            ] } } }
            """);
        List<Mutant> mutants = MutationReport.Read(_path);
        Assert.Equal(
            [new Mutant("Asids/B.cs", 1, "first", ";", "Killed"), new Mutant("Asids/B.cs", 2, "a + b", "a - b", "Survived")],
            mutants);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{ "files": 1 }""")]
    public void Read_AnotherFile_SaysSo(string text)
    {
        File.WriteAllText(_path, text);
        InvalidDataException failure = Assert.Throws<InvalidDataException>(() => MutationReport.Read(_path));
        Assert.StartsWith(_path, failure.Message, StringComparison.Ordinal);
    }
}
