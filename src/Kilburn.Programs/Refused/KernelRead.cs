using Kilburn.User;

namespace Kilburn.Programs.Refused;

/// <summary>Reads the kernel's text.</summary>
public static class KernelRead
{
    /// <summary>Does it.</summary>
    /// <param name="arguments">None.</param>
    /// <returns>Not reached.</returns>
    public static uint Main(Arguments arguments)
    {
        Output.WriteLine("kernel-read: reading the kernel's first instruction"u8);
        _ = Instructions.Load(0x8000_8000);
        return 0;
    }
}
