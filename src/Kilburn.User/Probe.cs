using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.SystemCalls;

namespace Kilburn.User;

/// <summary>Accesses that may be refused, and come back all the same.</summary>
public static unsafe class Probe
{
    private const int LinkRegister = 14;
    private const uint ThumbBit = 1;

    /// <summary>Takes the place of the process's fault handler. What is no probe's fault ends the process as ever.</summary>
    public static SystemCallError TryStart() => FaultHandler.TrySet(&Handle);

    /// <summary>Loads a word.</summary>
    /// <param name="address">A multiple of 4.</param>
    /// <param name="value">The word; zero when it may not be loaded.</param>
    /// <returns>False when it may not.</returns>
    public static bool TryRead(uint address, out uint value)
    {
        uint loaded = 0;
        bool isDone = UserProbeLoad(address, &loaded) == 0;
        value = loaded;
        return isDone;
    }

    /// <summary>Stores a word.</summary>
    /// <param name="address">A multiple of 4.</param>
    /// <param name="value">The word.</param>
    /// <returns>False when it may not be stored.</returns>
    public static bool TryWrite(uint address, uint value) => UserProbeStore(address, value) == 0;

    /// <summary>Lets a handler of the program's own pass a fault on: goes on behind a probe that failed.</summary>
    /// <param name="fault">The fault.</param>
    public static FaultAction Handle(UserFault* fault)
    {
        if (UserIsProbe(fault->ProgramCounter) == 0)
        {
            return FaultAction.End;
        }

        fault->Registers[0] = 1;
        fault->ProgramCounter = fault->Registers[LinkRegister] & ~ThumbBit;
        return FaultAction.Resume;
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_probe_load")]
    private static extern uint UserProbeLoad(uint address, uint* value);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_probe_store")]
    private static extern uint UserProbeStore(uint address, uint value);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "user_is_probe")]
    private static extern uint UserIsProbe(uint address);
}
