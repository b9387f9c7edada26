using Kilburn.Armv7;

namespace Kilburn.Kernel.Faults;

/// <summary>The linker's table of functions and their unwind code, two words each, by ascending address.</summary>
internal static unsafe class UnwindTable
{
    private const int WordsOfEntry = 2;

    /// <summary>Finds the unwind code of a function.</summary>
    /// <param name="place">An instruction of it.</param>
    /// <param name="code">Its code.</param>
    /// <returns>False for assembly, which lies before the first function of the table, and for addresses that are no code.</returns>
    internal static bool TryFind(uint place, out UnwindCode code)
    {
        uint* found = null;
        for (uint* entry = BootImage.Current.UnwindStart; entry < BootImage.Current.UnwindEnd; entry += WordsOfEntry)
        {
            if (UnwindCode.Resolve(entry) > place)
            {
                break;
            }

            found = entry;
        }

        code = default;
        return found != null && UnwindCode.TryRead(found + 1, out code);
    }
}
