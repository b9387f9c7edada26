using Kilburn.Bench.Where;
using Xunit;

namespace Kilburn.Bench.Tests.Where;

public sealed class MethodNameTests
{
    [Theory]
    [InlineData("Kilburn_Kernel_Kilburn_Kernel_CommandLine__Run", "CommandLine.Run")]
    [InlineData(
        "Kilburn_Kernel_Kilburn_Core_Spaces_SpacePage__TryMapNew<Kilburn_Kernel_Kilburn_Armv7_ArmV7Machine__Other_2<A_B>>",
        "SpacePage.TryMapNew")]
    [InlineData("Kilburn_Kernel_Kilburn_Kernel_Benchmarks_BenchmarkRun_2<A__B_1<C>>__Report", "BenchmarkRun.Report")]
    [InlineData("Kilburn_Kernel_Kilburn_Kernel_Terminal_ProcessEndText__NameOf_0", "ProcessEndText.NameOf")]
    [InlineData("Kilburn_Kernel_Kilburn_Kernel_Terminal_ProcessEndText___ctor", "ProcessEndText._ctor")]
    [InlineData("Kilburn_Kernel_Kilburn_Core_Descriptors_FirstLevelEntry__get_IsAnonymousMib", "FirstLevelEntry.get_IsAnonymousMib")]
    [InlineData("arm_pop_local", "arm_pop_local")]
    [InlineData("arm_pop_local$thunk", "arm_pop_local")]
    [InlineData("__aeabi_unwind_cpp_pr0", "__aeabi_unwind_cpp_pr0")]
    public void Of_Symbol_IsTypeAndMethod(string symbol, string expected) => Assert.Equal(expected, MethodName.Of(symbol));
}
