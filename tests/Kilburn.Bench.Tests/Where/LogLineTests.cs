using System.Text;
using Kilburn.Bench.Where;
using Xunit;

namespace Kilburn.Bench.Tests.Where;

public sealed class LogLineTests
{
    [Theory]
    [InlineData("Trace 0: 0x7f18d4000100 [00800080/80016232/00000070/ff020201] Type__Method", 0, 0x8001_6232)]
    [InlineData("Trace 3: 0x7f18d4000100 [00800000/00011952/00000000/ff020201] ", 3, 0x0001_1952)]
    public void Parse_Instruction_GivesCoreAndAddress(string line, int core, uint address) =>
        Assert.Equal(new LogLine(LogLineKind.Run, core, address), Parse(line));

    [Theory]
    [InlineData("Stopped execution of TB chain before 0x7f18d4000100 [80013ba0] Type__Method")]
    [InlineData("cpu_io_recompile: rewound execution of TB to 80013ba0")]
    public void Parse_InstructionThatDidNotRun_IsTakenBack(string line) =>
        Assert.Equal(new LogLine(LogLineKind.TakenBack, 0, 0x8001_3BA0), Parse(line));

    [Theory]
    [InlineData("")]
    [InlineData("qemu-system-arm: warning")]
    [InlineData("Trace ")]
    [InlineData("Trace 0: 0x7f18d4000100 [00800080/8001")]
    [InlineData("cpu_io_recompile: rewound execution of TB to nowhere")]
    public void Parse_AnythingElse_IsOther(string line) => Assert.Equal(LogLineKind.Other, Parse(line).Kind);

    private static LogLine Parse(string line) => LogLine.Parse(Encoding.ASCII.GetBytes(line));
}
