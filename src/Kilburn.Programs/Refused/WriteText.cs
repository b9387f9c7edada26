using Kilburn.User;

namespace Kilburn.Programs.Refused;

/// <summary>Writes to its own code: it lies at 0x00010000.</summary>
public static class WriteText
{
    /// <summary>Does it.</summary>
    /// <param name="arguments">None.</param>
    /// <returns>Not reached.</returns>
    public static uint Main(Arguments arguments)
    {
        Output.WriteLine("write-text: writing to its own first instruction"u8);
        Instructions.Store(0x0001_0000, 0);
        return 0;
    }
}
