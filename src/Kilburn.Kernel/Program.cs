using System;
using System.Runtime;
using System.Runtime.CompilerServices;

namespace Kilburn.Kernel;

internal interface IM
{
    void Wr(uint a, uint v, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);
}

internal unsafe struct M : IM
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Wr(uint a, uint v, string file, int line) => *(uint*)a = v;
}

internal static unsafe class Program
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Uart() => 0x3F201000;

    [RuntimeExport("kernel_main")]
    internal static void Main()
    {
        M m = default;
        Say(ref m, "Kilburn\n"u8);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Say<T>(ref T m, ReadOnlySpan<byte> text) where T : struct, IM
    {
        for (int i = 0; i < text.Length; i++)
        {
            m.Wr(Uart(), text[i]);
        }
    }
}
