using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs.Refused;

/// <summary>Writes an instruction to data, and calls it. To make it executable and leave it writable is refused as well.</summary>
public static class ExecuteData
{
    private const uint Data = 0x2000_0000;
    private const uint ReturnInstruction = 0xE12F_FF1E; // bx lr

    /// <summary>Does it.</summary>
    /// <param name="arguments">None.</param>
    /// <returns>1; reached when the data could be made executable, or could not be mapped.</returns>
    public static uint Main(Arguments arguments)
    {
        Check check = new("execute-data"u8);
        if (check.Done("map"u8, Memory.TryMap(Data, Memory.PageBytes, Memory.ReadWrite | MapFlags.Fixed, out _))
            && check.Equal(
                "write with execute"u8,
                (uint)Memory.TryProtect(Data, Memory.PageBytes, MapFlags.RightsMask),
                (uint)SystemCallError.RightsRefused))
        {
            // Code that is read-only runs.
            Instructions.Store(Data, ReturnInstruction);
            _ = check.Done("protect"u8, Memory.TryProtect(Data, Memory.PageBytes, MapFlags.Read | MapFlags.Execute));
            Instructions.CallAddress(Data);
            _ = check.Done("protect"u8, Memory.TryProtect(Data, Memory.PageBytes, Memory.ReadWrite));

            Output.WriteLine("execute-data: calling an instruction in data"u8);
            Instructions.CallAddress(Data);
        }

        return 1;
    }
}
