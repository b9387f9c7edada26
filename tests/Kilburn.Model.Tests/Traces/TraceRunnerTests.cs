using System.IO;
using Kilburn.Core.Addresses;
using Kilburn.Model.Checking;
using Kilburn.Model.Traces;
using Xunit;

namespace Kilburn.Model.Tests.Traces;

public sealed class TraceRunnerTests
{
    private const string Boot = """
        memory 0 0x00100000
        linear 0x80000000 0x00100000
        0 store 0x00006000 0x0001040e
        0 store 0x00010010 0x00014001
        0 store 0x00014000 0x00020c3f
        0 tlbiall
        0 prrr 0x0c0b00a4
        0 nmrr 0x00400040
        0 dacr 1
        0 ttbcr 0x11
        0 ttbr1 0x406a
        0 dsb
        0 isb
        0 sctlr 0x30001805
        0 isb
        0 contextidr 5
        0 ttbr0 0x1006a
        0 isb
        0 ttbcr 1
        0 isb
        0 store 0x00014000 0
        0 dsb

        """;

    private static TraceVerdict Run(string trace) => TraceRunner.Run(new StringReader(trace), "t");

    [Fact]
    public void Run_InvalidationUnderTheAsid_IsClean()
    {
        TraceVerdict verdict = Run(Boot + "0 mcr c8 0 c3 1 0x400005\n0 dsb\n0 isb\n0 return page 0x20000 0x1000\n0 read 0x400000 user\n");
        Assert.Empty(verdict.Violations);
        Assert.Equal(0, verdict.UnfinishedCount);
        Assert.Equal(0, verdict.UnneededCount);
    }

    [Fact]
    public void Run_InvalidationUnderAnotherAsid_NamesLineOfTheStore()
    {
        TraceVerdict verdict = Run(Boot + "0 tlbimvais 0x400004\n0 dsb\n0 isb\n0 read 0x400000 user\n");
        Violation violation = Assert.Single(verdict.Violations);
        Assert.Equal(ViolationKind.StaleTranslation, violation.Kind);
        Assert.Equal(new VirtualAddress(0x40_0000).Value, violation.Address!.Value.Value);
        Assert.Equal(21, violation.Cause.Line);
        Assert.Equal(1, verdict.UnfinishedCount);
    }

    [Theory]
    [InlineData("0 mcr c9 0 c1 1 3", "no known register")]
    [InlineData("0 frobnicate", "unknown register or operation: frobnicate")]
    [InlineData("0 store 5 1", "not word aligned")]
    [InlineData("0 store 0xF0000000 0", "no memory at physical address 0xF0000000")]
    [InlineData("0 store 4", "'store' has 2 operands, not 1")]
    [InlineData("foo", "'foo' is no directive")]
    [InlineData("9 dsb", "there is no core 9")]
    [InlineData("0 read zz", "'zz' is no number of 32 bits")]
    [InlineData("0 read 0x123456789", "is no number of 32 bits")]
    [InlineData("memory 0 0x1000", "before the first operation")]
    [InlineData("walks sideways", "before the first operation")]
    [InlineData("0 return cake 0 0x1000", "not as 'cake'")]
    [InlineData("0 return page 0xF0000000 0x1000", "is no memory")]
    public void Run_MalformedLine_TellsLineAndReason(string line, string reason)
    {
        TraceFormatException malformed = Assert.Throws<TraceFormatException>(() => Run("memory 0 0x10000\n0 dsb\n" + line + "\n"));
        Assert.Equal(3, malformed.Line);
        Assert.StartsWith("t:3: ", malformed.Message, System.StringComparison.Ordinal);
        Assert.Contains(reason, malformed.Reason, System.StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Nothing_IsClean() => Assert.Empty(Run("# nothing\n\n").Violations);
}
