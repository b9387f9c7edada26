using System.Linq;
using Kilburn.Bench.Boot;
using Kilburn.Bench.Where;
using Xunit;

namespace Kilburn.Bench.Tests.Boot;

public sealed class BootRecorderTests
{
    private const uint Start = 0x8000_8000;
    private const uint Length = 0x100;

    private static readonly string[] s_names =
    [
        "boot_entry", "kernel_main", "Kilburn_VirtualMemory__TryStart<A>", "Kilburn_StartReporter_1<A>__TextOf", "Kilburn_SecondaryCores__Start",
        "Kilburn_PiBoard__PrepareCore", "Kilburn_CommandLine__Run", "Kilburn_BenchmarkSuite__Run<A>", "Kilburn_Uart__Send",
    ];

    private static readonly CodeSymbol[] s_symbols =
        [.. s_names.Select((name, index) => new CodeSymbol(name, Start + ((uint)index * Length), Length))];

    private readonly BootRecorder _recorder = new(new CodeMap(s_symbols), s_symbols);

    [Fact]
    public void Add_WholeBoot_CountsStepsConsoleAndOtherCores()
    {
        Run(0, "boot_entry", 10);
        Run(1, "boot_entry", 3);
        Run(0, "kernel_main", 5);
        Run(0, "TryStart", 7);
        for (int step = 0; step < 7; step++)
        {
            Run(0, "TextOf", 1);
            Run(0, "Uart", 2);
        }

        Run(0, "SecondaryCores", 4);
        Run(0, "PrepareCore", 1);
        Run(0, "CommandLine", 6);
        Assert.False(_recorder.IsDone);
        Run(0, "BenchmarkSuite", 8);

        Assert.True(_recorder.IsDone);
        Assert.Equal([10, 5, 7, 0, 0, 0, 0, 0, 0, 0, 4, 1, 6, 21, 3], _recorder.Steps.Select(step => step.Instructions));
    }

    [Fact]
    public void Constructor_MethodMissing_SaysWhich() =>
        Assert.Contains(
            "kernel_main",
            Assert.Throws<BenchException>(() => new BootRecorder(new CodeMap(s_symbols[..1]), s_symbols[..1])).Message);

    private void Run(int core, string name, uint instructions)
    {
        uint first = s_symbols.Single(symbol => symbol.Name.Contains(name)).Address;
        for (uint index = 0; index < instructions; index++)
        {
            _recorder.Add(new LogLine(LogLineKind.Run, core, first + (index * 4)));
        }
    }
}
