using System;
using System.IO;
using System.Linq;
using Kilburn.Inspector.Audit;
using Kilburn.Inspector.Sources;
using Xunit;

namespace Kilburn.Cli.Tests.Audit;

public sealed class AuditVectorTests
{
    private const string Clean = "clean";

    private static string Directory => Path.Combine(AppContext.BaseDirectory, "vectors", "audit");

    public static TheoryData<string> Rules() => [.. AuditRules.All.Select(rule => rule.Id)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Image_OfARule_BreaksThatRuleAlone(string rule) =>
        Assert.Equal([rule], Check(rule).Findings.Select(finding => finding.Rule.Id).Distinct());

    [Fact]
    public void Image_OfNoRule_BreaksNone()
    {
        AuditResult result = Check(Clean);
        Assert.Empty(result.Findings);
        Assert.Empty(result.PartlyChecked);
    }

    [Fact]
    public void Images_AreThoseOfTheRules() =>
        Assert.Equal(
            AuditRules.All.Select(rule => rule.Id).Append(Clean).Order(),
            System.IO.Directory.GetFiles(Directory).Select(Path.GetFileNameWithoutExtension).Order());

    private static AuditResult Check(string name)
    {
        using Guest guest = Snapshot.Load(Path.Combine(Directory, $"{name}.snapshot"));
        return Auditor.Check(new AuditContext(guest, null, []), []);
    }
}
