using Kilburn.User;

namespace Kilburn.Programs.Refused;

/// <summary>Writes where nothing is mapped.</summary>
public static class WildWrite
{
    /// <summary>Does it.</summary>
    /// <param name="arguments">None.</param>
    /// <returns>Not reached.</returns>
    public static uint Main(Arguments arguments)
    {
        Output.WriteLine("wild-write: writing where nothing is mapped"u8);
        Instructions.Store(0x4000_0000, 1);
        return 0;
    }
}
