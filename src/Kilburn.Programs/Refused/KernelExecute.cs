using Kilburn.User;

namespace Kilburn.Programs.Refused;

/// <summary>Calls the kernel's text.</summary>
public static class KernelExecute
{
    /// <summary>Does it.</summary>
    /// <param name="arguments">None.</param>
    /// <returns>Not reached.</returns>
    public static uint Main(Arguments arguments)
    {
        Output.WriteLine("kernel-execute: calling the kernel's first instruction"u8);
        Instructions.CallAddress(0x8000_8000);
        return 0;
    }
}
