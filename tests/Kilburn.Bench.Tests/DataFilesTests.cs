using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace Kilburn.Bench.Tests;

public sealed class DataFilesTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void ReadGoals_ShippedFile_HasEveryOperationOfTheTable()
    {
        IReadOnlyList<Goal> goals = DataFiles.ReadGoals(Path.Combine(AppContext.BaseDirectory, "goals.json"));

        Assert.Equal(49, goals.Count);
        Assert.All(goals, goal => Assert.True(goal.Limit > 0));
        Assert.Contains(goals, goal => goal is { Name: "space.destroy_16", Limit: 1500, Reference: 2298 });
        Assert.Contains(goals, goal => goal is { Name: "syscall.null", Limit: 100, Reference: null, Linux: 123 });
    }

    [Fact]
    public void ReadMemory_ShippedFile_HasTheGoalOfAFrame() =>
        Assert.Contains(
            DataFiles.ReadMemory(Path.Combine(AppContext.BaseDirectory, "memory.json")),
            rival => rival is { Name: "frame", Goal: 4.5m, Reference: 8, Linux: "36" });

    [Theory]
    [InlineData("""{"operations":[{"name":"a"}]}""")]
    [InlineData("""{"operations":[{"name":"a","goal":1,"operation":"x","goul":2}]}""")]
    [InlineData("""{"operations":""")]
    [InlineData("null")]
    public void ReadGoals_MalformedFile_NamesTheFile(string content)
    {
        File.WriteAllText(_path, content);

        BenchException failure = Assert.Throws<BenchException>(() => DataFiles.ReadGoals(_path));

        Assert.StartsWith(_path + ": ", failure.Message);
    }

    [Fact]
    public void ReadBaseline_NameTwice_IsRefused()
    {
        File.WriteAllText(_path, """{"operations":[{"name":"a","mean":1},{"name":"a","mean":2}]}""");

        BenchException failure = Assert.Throws<BenchException>(() => DataFiles.ReadBaseline(_path));

        Assert.Equal($"{_path}: a stands there twice", failure.Message);
    }

    [Fact]
    public void ReadBaseline_NoFile_IsEmpty() =>
        Assert.Empty(DataFiles.ReadBaseline(_path + ".none"));

    [Fact]
    public void WriteBaseline_ThenRead_GivesTheMeans()
    {
        DataFiles.WriteBaseline(_path, [new Measurement("a", 38.4m, 100, 1024), new Measurement("b", 7m, 9, 1024)]);

        Assert.Equal(
            new Dictionary<string, decimal> { ["a"] = 38.4m, ["b"] = 7m },
            DataFiles.ReadBaseline(_path).ToDictionary());
    }

    [Fact]
    public void WriteResult_Rows_HasTheFieldsForTools()
    {
        Measurement measurement = new("a", 38.4m, 100, 1024);
        DataFiles.WriteResult(
            _path,
            [
                new ReportRow("a", new Goal("a", 40, null, null, "x"), measurement, null),
                new ReportRow("b", new Goal("b", 40, null, null, "x"), null, null),
            ]);

        Assert.Equal(
            """{"operations":[{"name":"a","mean":38.4,"max":100,"count":1024,"goal":40}]}""",
            string.Concat(File.ReadAllText(_path).Where(letter => !char.IsWhiteSpace(letter))));
    }
}
