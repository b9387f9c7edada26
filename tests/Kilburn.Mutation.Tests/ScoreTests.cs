using System.Linq;
using Xunit;

namespace Kilburn.Mutation.Tests;

public sealed class ScoreTests
{
    [Fact]
    public void Of_EachStatus_CountsWhatTestsCouldNotice()
    {
        Score score = Score.Of(
            new[] { "Killed", "Timeout", "Survived", "NoCoverage", "Ignored", "CompileError" }
                .Select(status => new Mutant("A.cs", 1, "a", "b", status)));
        Assert.Equal(new Score(Caught: 2, Survived: 1, Unreached: 1), score);
        Assert.Equal("50.0 %", score.ToString());
    }

    [Theory]
    [InlineData("a >> 1", "a >>> 1", "Survived", 0)]
    [InlineData("a >> 1", "a >>> 1", "Killed", 0)]
    [InlineData("a >>= 1", "a >>>= 1", "Survived", 0)]
    [InlineData("a << 1", "a >>> 1", "Survived", 1)]
    [InlineData("a >> 1", "a << 1", "Survived", 1)]
    [InlineData("a", "a", "Survived", 1)]
    public void Of_AnotherShiftToTheRight_IsTheSameCodeAndDoesNotCount(
        string original, string replacement, string status, int expected) =>
        Assert.Equal(expected, Score.Of([new Mutant("A.cs", 1, original, replacement, status)]).Total);

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(17, 3, 850)]
    [InlineData(8499, 1501, 849)] // 84.99 is not 85
    public void PerMille_IsRoundedDown(int caught, int survived, int expected) =>
        Assert.Equal(expected, new Score(caught, survived, 0).PerMille);
}
