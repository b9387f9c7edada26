using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.Armv7;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;

namespace Kilburn.Kernel.Faults;

/// <summary>Copies from and to programs: <c>boot/user.S</c>, and what the processor said when an access was refused.</summary>
internal static unsafe class UserCopies
{
    private static Reports s_last; // [core]: of its last refused access; the core's own

    /// <summary>The fault that ended this core's last copy early.</summary>
    internal static FaultReport LastFault => s_last[(int)Cp15.CoreIndex()];

    /// <summary>Lets a copy know that it was refused.</summary>
    /// <param name="frame">The abort; goes on in the copy.</param>
    /// <returns>False when it was no copy that was interrupted.</returns>
    internal static bool TryResume(ref ExceptionFrame frame)
    {
        if (frame.Kind != ExceptionKind.DataAbort)
        {
            return false;
        }

        for (Point* point = Points(); point->Access != 0; point++)
        {
            if (frame.ProgramCounter == point->Access)
            {
                s_last[(int)Cp15.CoreIndex()] = FaultReport.FromDataAbort(
                    Cp15.ReadDataFaultStatus(), new VirtualAddress(Cp15.ReadDataFaultAddress()));
                frame.ContinueAt(point->Refused);
                return true;
            }
        }

        return false;
    }

    /// <summary>Copies from the current space.</summary>
    /// <param name="destination">The first byte.</param>
    /// <param name="source">The user half's.</param>
    /// <param name="lengthInBytes">All of it in the user half.</param>
    /// <returns>Bytes that are left.</returns>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_copy_from_user")]
    internal static extern uint CopyFrom(void* destination, uint source, uint lengthInBytes);

    /// <summary>Copies to the current space.</summary>
    /// <param name="destination">The user half's.</param>
    /// <param name="source">The first byte.</param>
    /// <param name="lengthInBytes">All of it in the user half.</param>
    /// <returns>Bytes that are left.</returns>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_copy_to_user")]
    internal static extern uint CopyTo(uint destination, void* source, uint lengthInBytes);

    /// <summary>Writes zeroes to the current space.</summary>
    /// <param name="destination">The user half's.</param>
    /// <param name="lengthInBytes">All of it in the user half.</param>
    /// <returns>Bytes that are left.</returns>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_clear_user")]
    internal static extern uint Clear(uint destination, uint lengthInBytes);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_user_copies")]
    private static extern Point* Points();

    /// <summary>An access of <c>boot/user.S</c>, and where to go on when it is refused.</summary>
    private struct Point
    {
#pragma warning disable CS0649 // laid out by boot/user.S
        internal uint Access;
        internal uint Refused;
#pragma warning restore CS0649
    }

    [InlineArray(BootImage.CoreCount)]
    private struct Reports
    {
        private FaultReport _first;
    }
}
