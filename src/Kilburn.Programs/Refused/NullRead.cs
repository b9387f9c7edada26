using Kilburn.User;

namespace Kilburn.Programs.Refused;

/// <summary>Reads address 0, where nothing is mapped but by name.</summary>
public static class NullRead
{
    /// <summary>Does it.</summary>
    /// <param name="arguments">None.</param>
    /// <returns>Not reached.</returns>
    public static uint Main(Arguments arguments)
    {
        Output.WriteLine("null-read: reading address 0"u8);
        _ = Instructions.Load(0);
        return 0;
    }
}
