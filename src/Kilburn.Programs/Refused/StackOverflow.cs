using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.User;

namespace Kilburn.Programs.Refused;

/// <summary>A recursion without end: it ends in the guard below the stack.</summary>
public static class StackOverflow
{
    /// <summary>Recurses.</summary>
    /// <param name="arguments">None.</param>
    /// <returns>Not reached.</returns>
    public static uint Main(Arguments arguments)
    {
        Output.WriteLine("stack-overflow: recursing without end"u8);
        UserOverflow();
        return 0;
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_overflow")]
    private static extern void UserOverflow();
}
