using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace Kilburn.Bench.Tests;

public sealed class ReportTests
{
    private static readonly Goal s_goal = new("page.free", 60, 80, null, "in random order");

    [Theory]
    [InlineData(100, 100, Change.Same)]
    [InlineData(102, 100, Change.Same)]
    [InlineData(102.1, 100, Change.Worse)]
    [InlineData(98, 100, Change.Same)]
    [InlineData(97.9, 100, Change.Better)]
    [InlineData(30.7, 30, Change.Worse)]
    public void Change_AgainstBaseline_HasTwoPercentOfTolerance(double mean, double baseline, object expected) =>
        Assert.Equal(expected, Row((decimal)mean, (decimal)baseline).Change);

    [Theory]
    [InlineData(60, true)]
    [InlineData(60.1, false)]
    public void IsGoalMet_Mean_MayReachTheGoal(double mean, bool expected) =>
        Assert.Equal(expected, Row((decimal)mean, null).IsGoalMet);

    [Fact]
    public void Report_AllAsTheBaselineHasIt_IsGood()
    {
        Report report = new([s_goal], [Measured("page.free", 61)], Baseline(("page.free", 60m)));

        Assert.True(report.IsComplete);
        Assert.True(report.IsGood);
        Assert.Empty(report.Complaints);
        Assert.Equal("0 goals met, 1 missed", report.Summary);
    }

    [Fact]
    public void Report_OperationMissingFromRun_IsNotGoodAndNoBaseline()
    {
        Report report = new([s_goal], [], Baseline(("page.free", 60m)));

        Assert.False(report.IsComplete);
        Assert.Equal(["page.free: missing from the run"], report.Complaints);
    }

    [Fact]
    public void Report_OperationMissingFromBaseline_IsNotGoodYetCanBeAccepted()
    {
        Report report = new([s_goal], [Measured("page.free", 52)], Baseline());

        Assert.True(report.IsComplete);
        Assert.False(report.IsGood);
        Assert.Equal(["page.free: missing from the baseline; accept it with --accept"], report.Complaints);
    }

    [Fact]
    public void Report_OperationThatOnlyTheBaselineKnows_IsMissing()
    {
        Report report = new(
            [s_goal], [Measured("page.free", 52)], Baseline(("page.free", 52m), ("page.old", 9m)));

        Assert.Equal(["page.old: missing from the run"], report.Complaints);
    }

    [Fact]
    public void Report_OperationWithoutGoal_IsNotGood()
    {
        Report report = new(
            [s_goal], [Measured("page.free", 52), Measured("page.new", 9)], Baseline(("page.free", 52m), ("page.new", 9m)));

        Assert.False(report.IsComplete);
        Assert.Equal(["page.new: has no goal in goals.json"], report.Complaints);
    }

    [Fact]
    public void Report_WorseOperation_SaysFromWhatToWhat()
    {
        Report report = new([s_goal], [Measured("page.free", 58.5m)], Baseline(("page.free", 52m)));

        Assert.Equal(["page.free: worse than the baseline, 58.5 after 52"], report.Complaints);
    }

    private static ReportRow Row(decimal mean, decimal? baseline) =>
        new("page.free", s_goal, Measured("page.free", mean), baseline);

    private static Measurement Measured(string name, decimal mean) => new(name, mean, 100, 1024);

    private static Dictionary<string, decimal> Baseline(params (string Name, decimal Mean)[] lines) =>
        lines.ToDictionary(line => line.Name, line => line.Mean);
}
