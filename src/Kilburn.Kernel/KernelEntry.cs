using System;
using System.Runtime;

namespace Kilburn.Kernel;

/// <summary>Where the boot assembly enters C#.</summary>
internal static unsafe class KernelEntry
{
    private static byte* EarlyUart => (byte*)0xFFF0_0000;

    /// <summary>Core 0, in the linear map, on its own stack, MMU and caches on.</summary>
    /// <param name="deviceTree">Physical address of the device tree, or zero.</param>
    [RuntimeExport("kernel_main")]
    internal static void Main(uint deviceTree)
    {
        ReadOnlySpan<byte> text = "Kilburn\n"u8;
        for (int index = 0; index < text.Length; index++)
        {
            *EarlyUart = text[index];
        }
    }
}
