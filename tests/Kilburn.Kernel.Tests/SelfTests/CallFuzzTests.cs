using System.Text;
using Kilburn.Hosted;
using Kilburn.Kernel.Monitor;
using Kilburn.Kernel.SelfTests;
using Kilburn.Model;
using Kilburn.Model.Profiles;
using Xunit;

namespace Kilburn.Kernel.Tests.SelfTests;

/// <summary>System calls with random arguments, on the machine that checks each access and each frame.</summary>
[Trait("Machine", "Named")]
public sealed class CallFuzzTests
{
    private const uint Rounds = 5_000;
    private const uint MemoryInBytes = 16 << 20;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Run_AnyArguments_OnlyDocumentedErrorsAndNothingKept(uint seed)
    {
        using HostedKernel kernel = HostedKernel.Boot(new RecordingConsole(), MemoryInBytes);
        TracingMachine<ModelMachine<CortexA7>, ListeningBoard<HostedBoard>> machine =
            new(kernel.Core, new ListeningBoard<HostedBoard>(kernel.Board));
        Session<ModelMachine<CortexA7>, HostedBoard> session = new(ref machine, ref kernel.Monitor);

        Assert.Equal("", Run(in session, seed));
    }

    private static string Run(in Session<ModelMachine<CortexA7>, HostedBoard> session, uint seed)
    {
        Check check = default;
        CallFuzz.Run(in session, ref check, seed, Rounds);
        return check.HasFailed ? $"{Encoding.ASCII.GetString(check.What)}: 0x{check.Value:X8}" : "";
    }
}
