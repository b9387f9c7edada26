using System;
using Kilburn.Armv7;
using Kilburn.Core.Addresses;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Faults;

/// <summary>Names the stack whose guard page an address lies in.</summary>
internal static class StackGuards
{
    /// <summary>Finds a stack by its guard.</summary>
    /// <param name="address">A faulting address.</param>
    /// <param name="core">Whose stack it is.</param>
    /// <param name="stack">Its place in the order of <see cref="NameOf"/>.</param>
    /// <returns>False when the address lies in no guard page.</returns>
    internal static bool TryFind(VirtualAddress address, out int core, out int stack)
    {
        int index = 0;
        for (core = 0; core < BootImage.CoreCount; core++)
        {
            for (stack = 0; stack < BootImage.StacksOfCore; stack++)
            {
                if (BootImage.Current.GetGuard(index) == address.AlignDown(PageSize.Small))
                {
                    return true;
                }

                index++;
            }
        }

        core = 0;
        stack = 0;
        return false;
    }

    /// <summary>The mode that a stack serves.</summary>
    /// <param name="stack">0 to 4.</param>
    internal static ReadOnlySpan<byte> NameOf(int stack) => stack switch
    {
        0 => "supervisor"u8,
        1 => "abort"u8,
        2 => "undefined"u8,
        3 => "interrupt"u8,
        _ => "fast interrupt"u8,
    };
}
