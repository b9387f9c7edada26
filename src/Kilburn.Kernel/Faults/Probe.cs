using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.Armv7;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;

namespace Kilburn.Kernel.Faults;

/// <summary>Accesses that may be refused, and what the processor said when they were.</summary>
/// <remarks>Not for interrupt handlers: a core remembers one refusal.</remarks>
internal static unsafe class Probe
{
    private const int ReadPoint = 0;
    private const int WritePoint = 1;
    private const int ExecutePoint = 2;
    private const uint AddressMask = ~1u;

    private static Reports s_last; // [core]: of its last refused access; the core's own

    private static ref FaultReport Last => ref s_last[(int)Cp15.CoreIndex()];

    /// <summary>Loads a word.</summary>
    /// <param name="address">Any address, word aligned.</param>
    /// <param name="value">What was there; unchanged by a fault.</param>
    /// <returns>The fault; <see cref="FaultStatus.None"/> in it when there was none.</returns>
    internal static FaultReport Read(VirtualAddress address, ref uint value)
    {
        uint word = value;
        bool isRefused = ProbeRead(address.Value, &word) != 0;
        value = word;
        return isRefused ? Last : default;
    }

    /// <summary>Stores a word. Without a fault the memory is changed.</summary>
    /// <param name="address">Any address, word aligned.</param>
    /// <param name="value">What to store.</param>
    /// <returns>The fault; <see cref="FaultStatus.None"/> in it when there was none.</returns>
    internal static FaultReport Write(VirtualAddress address, uint value) =>
        ProbeWrite(address.Value, value) != 0 ? Last : default;

    /// <summary>Calls an address, in ARM state.</summary>
    /// <param name="address">Any address that is not executable, or leads to a function without arguments.</param>
    /// <returns>The fault; <see cref="FaultStatus.None"/> in it when there was none.</returns>
    internal static FaultReport Execute(VirtualAddress address) => ProbeExecute(address.Value) != 0 ? Last : default;

    /// <summary>Lets a probe know that it was refused.</summary>
    /// <param name="frame">The abort; goes on in the probe.</param>
    /// <returns>False when it was no probe that was interrupted.</returns>
    internal static bool TryResume(ref ExceptionFrame frame)
    {
        Point* points = ProbePoints();
        if (frame.Kind == ExceptionKind.DataAbort)
        {
            Point* point = frame.ProgramCounter == (points[ReadPoint].Access & AddressMask) ? &points[ReadPoint]
                : frame.ProgramCounter == (points[WritePoint].Access & AddressMask) ? &points[WritePoint]
                : null;
            if (point != null)
            {
                Last = FaultReport.FromDataAbort(
                    Cp15.ReadDataFaultStatus(), new VirtualAddress(Cp15.ReadDataFaultAddress()));
                frame.ContinueAt(point->Refused);
                return true;
            }
        }
        else if (frame.Kind == ExceptionKind.PrefetchAbort
            && (frame.Link & AddressMask) == (points[ExecutePoint].Access & AddressMask))
        {
            Last = FaultReport.FromPrefetchAbort(
                Cp15.ReadInstructionFaultStatus(), new VirtualAddress(Cp15.ReadInstructionFaultAddress()));
            frame.ContinueAt(points[ExecutePoint].Refused);
            return true;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_probe_read")]
    private static extern uint ProbeRead(uint address, uint* value);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_probe_write")]
    private static extern uint ProbeWrite(uint address, uint value);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_probe_execute")]
    private static extern uint ProbeExecute(uint address);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_probes")]
    private static extern Point* ProbePoints();

    [InlineArray(BootImage.CoreCount)]
    private struct Reports
    {
        private FaultReport _first;
    }

    /// <summary>An access of <c>boot/probe.S</c>, and where to go on when it is refused.</summary>
    private struct Point
    {
        internal uint Access;
        internal uint Refused;
    }
}
