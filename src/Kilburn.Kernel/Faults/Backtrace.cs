using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.Armv7;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Faults;

/// <summary>The chain of calls, as lines <c>  at 0x80012345</c>; <c>./run</c> puts methods and lines of C# to them.</summary>
/// <remarks>
/// Compiled C# keeps r11 as frame pointer in every method that makes a call and saves more than lr: [r11] is the caller's r11,
/// [r11 + 4] the return address. Each word is read only after the MMU has said that it can be.
/// </remarks>
internal static class Backtrace
{
    private const int MostFrames = 32;
    private const uint ThumbBit = 1;
    private const uint WithinTheCall = 2; // a return address points behind the call; this, into it

    /// <summary>Prints one place.</summary>
    /// <param name="address">An instruction.</param>
    internal static void PrintPlace(uint address)
    {
        PiBoard board = default;
        board.Write("  at "u8);
        board.WriteHex(address);
        board.EndLine();
    }

    /// <summary>Prints a return address, if it is one.</summary>
    /// <param name="address">What lr held.</param>
    /// <returns>False when it does not lie in the kernel's text.</returns>
    internal static bool TryPrintReturn(uint address)
    {
        uint call = (address & ~ThumbBit) - WithinTheCall;
        bool isCode = BootImage.Current.Text.Contains(new VirtualAddress(call));
        if (isCode)
        {
            PrintPlace(call);
        }

        return isCode;
    }

    /// <summary>Prints the callers.</summary>
    /// <param name="machine">This core.</param>
    /// <param name="framePointer">r11.</param>
    internal static void PrintCallers(ref ArmV7Machine machine, uint framePointer)
    {
        for (int depth = 0; depth < MostFrames && CanRead(ref machine, framePointer); depth++)
        {
            uint caller = machine.Data<uint>(new VirtualAddress(framePointer));
            if (!TryPrintReturn(machine.Data<uint>(new VirtualAddress(framePointer + sizeof(uint)))) || caller <= framePointer)
            {
                break;
            }

            framePointer = caller;
        }
    }

    /// <summary>This method's caller's r11.</summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_frame_pointer")]
    internal static extern uint FramePointer();

    private static bool CanRead(ref ArmV7Machine machine, uint framePointer) =>
        framePointer != 0
        && (framePointer & (sizeof(uint) - 1)) == 0
        && IsReadable(ref machine, framePointer)
        && IsReadable(ref machine, framePointer + sizeof(uint));

    private static bool IsReadable(ref ArmV7Machine machine, uint address) =>
        TranslationAnswer.Ask(ref machine, new VirtualAddress(address), TranslationAccess.KernelRead).Status
            == FaultStatus.None;
}
