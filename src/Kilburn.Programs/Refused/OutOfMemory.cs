using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs.Refused;

/// <summary>Touches more memory than there is. It ends alone, and all its memory comes back.</summary>
public static class OutOfMemory
{
    private const uint Base = 0x1000_0000;
    private const uint Length = 0x6000_0000; // 1.5 GiB

    /// <summary>Touches page after page.</summary>
    /// <param name="arguments">None.</param>
    /// <returns>1; not reached but when memory has no end.</returns>
    public static uint Main(Arguments arguments)
    {
        Check check = new("out-of-memory"u8);
        if (check.Done("map"u8, Memory.TryMap(Base, Length, Memory.ReadWrite | MapFlags.Fixed, out _)))
        {
            Output.WriteLine("out-of-memory: touching 1.5 GiB"u8);
            for (uint offset = 0; offset < Length; offset += Memory.PageBytes)
            {
                Instructions.Store(Base + offset, offset);
            }
        }

        return 1;
    }
}
