using System;
using Kilburn.User;

namespace Kilburn.Programs;

/// <summary>Never ends by itself: what Ctrl-C is for.</summary>
public static class Endless
{
    private const uint LongTime = 1_000_000_000; // more than a quarter of an hour

    /// <summary>Runs for ever.</summary>
    /// <param name="arguments"><c>sleep</c> to sleep, <c>call</c> to make system calls; neither, to do nothing of the kind.</param>
    /// <returns>Never.</returns>
    public static uint Main(Arguments arguments)
    {
        _ = arguments.TryTake(out ReadOnlySpan<byte> how);
        while (true)
        {
            switch (how.Length != 0 ? how[0] : (byte)0)
            {
                case (byte)'s':
                    Process.Sleep(LongTime);
                    break;
                case (byte)'c':
                    Process.Yield();
                    break;
                default:
                    break;
            }
        }
    }
}
