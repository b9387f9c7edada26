using System;
using System.Text;
using Kilburn.Hosted;
using Kilburn.Kernel.Monitor;
using Kilburn.Kernel.SelfTests;
using Kilburn.Model;
using Kilburn.Model.Checking;
using Kilburn.Model.Profiles;
using Xunit;

namespace Kilburn.Kernel.Tests.SelfTests;

/// <summary>The kernel's own tests, each on a freshly booted model.</summary>
[Trait("Machine", "Named")]
public sealed class SelfTestTests
{
    public static TheoryData<string> Names
    {
        get
        {
            TheoryData<string> names = [];
            for (int index = 0; index < SelfTestTable.Count; index++)
            {
                names.Add(NameOf((SelfTest)index));
            }

            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SelfTest_OnTheModel_Passes(string name)
    {
        SelfTest test = TestNamed(name);
        using HostedKernel kernel = HostedKernel.Boot(
            new RecordingConsole(), configure: options => options with { TypeConflicts = ConflictsIn(test) });
        TracingMachine<ModelMachine<CortexA7>, ListeningBoard<HostedBoard>> machine =
            new(kernel.Core, new ListeningBoard<HostedBoard>(kernel.Board));
        Session<ModelMachine<CortexA7>, HostedBoard> session = new(ref machine, ref kernel.Monitor);

        Assert.Equal("", Run(in session, test));
    }

    [Fact]
    public void Names_AllTests_AreDifferentAndKnown()
    {
        Assert.Equal(SelfTestTable.Count, Enum.GetValues<SelfTest>().Length);
        for (int index = 0; index < SelfTestTable.Count; index++)
        {
            Assert.Equal((SelfTest)index, TestNamed(NameOf((SelfTest)index)));
        }
    }

    private static string Run(in Session<ModelMachine<CortexA7>, HostedBoard> session, SelfTest test)
    {
        Check check = default;
        TestCommand.Run(in session, test, ref check);
        return check.HasFailed ? $"{Encoding.ASCII.GetString(check.What)}: 0x{check.Value:X8}" : "";
    }

    // Random tables map a frame as anything, and nothing is accessed through them.
    private static MemoryTypeConflicts ConflictsIn(SelfTest test) =>
        test == SelfTest.MmuAgreesWithTheWalk ? MemoryTypeConflicts.Allowed : MemoryTypeConflicts.Reported;

    private static string NameOf(SelfTest test) => Encoding.ASCII.GetString(SelfTestTable.NameOf(test));

    private static SelfTest TestNamed(string name)
    {
        foreach (SelfTest test in Enum.GetValues<SelfTest>())
        {
            if (NameOf(test) == name)
            {
                return test;
            }
        }

        throw new ArgumentException($"no self-test is called {name}");
    }
}
