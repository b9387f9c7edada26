using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs;

/// <summary>User mode: CPSR says so, cannot be made to say otherwise, and the process has an ASID of its own.</summary>
public static class Cpsr
{
    private const uint ModeMask = 0x1F;
    private const uint UserMode = 0x10;
    private const uint SupervisorMode = 0x13;
    private const uint InterruptMasks = 0xC0; // I, F

    /// <summary>Reads, writes and reads again.</summary>
    /// <param name="arguments">None.</param>
    /// <returns>0 when the mode is USR, interrupts are on, and stay so.</returns>
    public static uint Main(Arguments arguments)
    {
        uint before = Instructions.ReadStatus();
        Instructions.WriteStatus(SupervisorMode | InterruptMasks);
        uint after = Instructions.ReadStatus();
        _ = Statistics.TryRead(out ProcessStatistics process);

        Line line = default;
        line.Add("cpsr: "u8);
        line.AddHex(before);
        line.Add((before & ModeMask) == UserMode ? ", USR mode"u8 : ", not USR mode"u8);
        line.Add((before & InterruptMasks) == 0 ? ", interrupts on"u8 : ", interrupts masked"u8);
        line.Add(", after a write of SVC mode "u8);
        line.AddHex(after);
        line.Add(", ASID "u8);
        line.AddDecimal(process.Asid);
        line.Print();

        bool isUser = (before & (ModeMask | InterruptMasks)) == UserMode;
        bool isKept = (after & (ModeMask | InterruptMasks)) == UserMode;
        return isUser && isKept && process.Asid != 0 ? 0u : 1u;
    }
}
