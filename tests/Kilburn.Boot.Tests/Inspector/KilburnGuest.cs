using System;

namespace Kilburn.Boot.Tests.Inspector;

/// <summary>The kernel at its prompt, with a space of two pages active on its first core.</summary>
public sealed class KilburnGuest : IDisposable
{
    /// <summary>Boots it.</summary>
    public KilburnGuest()
    {
        Guest = RunningGuest.BootKilburn();
        Guest.Type("space new", "space 1");
        Guest.Type("space use 1", "space 1 active");
        Guest.Type("space map 1 0x1000 rw", "0x00001000");
        Guest.Type("space map 1 0x2000 rx", "0x00002000");
    }

    /// <summary>The kernel.</summary>
    internal RunningGuest Guest { get; }

    /// <inheritdoc/>
    public void Dispose() => Guest.Dispose();
}
