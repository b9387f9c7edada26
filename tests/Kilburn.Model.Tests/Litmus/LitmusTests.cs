using System.Collections.Generic;
using System.Linq;
using Kilburn.Model.Checking;
using Kilburn.Model.Litmus;
using Xunit;

namespace Kilburn.Model.Tests.Litmus;

public sealed class LitmusTests
{
    public static TheoryData<int> Indices => [.. Enumerable.Range(0, LitmusPairs.All.Count)];

    [Theory]
    [MemberData(nameof(Indices))]
    public void RunWrong_EachPair_IsReportedAsExpected(int index)
    {
        LitmusPair pair = LitmusPairs.All[index];
        IReadOnlyList<Violation> found = pair.RunWrong();
        Assert.True(found.Any(violation => violation.Kind == pair.Expected), $"{pair}: {string.Join("\n", found)}");
        TestContext.Current.TestOutputHelper!.WriteLine(string.Join("\n", found));
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void RunRight_EachPair_IsNotReported(int index)
    {
        LitmusPair pair = LitmusPairs.All[index];
        IReadOnlyList<Violation> found = pair.RunRight();
        Assert.True(found.Count == 0, $"{pair}: {string.Join("\n", found)}");
    }

    [Fact]
    public void All_Behaviours_HaveAPair() =>
        Assert.Equal(Enumerable.Range(1, LitmusPairs.Behaviours.Count), LitmusPairs.All.Select(pair => pair.Behaviour).Distinct());
}
