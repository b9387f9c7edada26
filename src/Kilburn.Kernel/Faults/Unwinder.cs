using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.Armv7;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Tables;

namespace Kilburn.Kernel.Faults;

/// <summary>The registers of a function that is running, and of its callers one after the other.</summary>
/// <remarks>
/// Works from the linker's unwind table, so that no function has to keep a frame pointer. Where the table has no answer (assembly)
/// or a wrong one (a fault before a function has saved its registers), r11 leads on to the next frame that has one: [r11] is the
/// caller's r11, [r11 + 4] the return address. Each word of the stack is read only after the MMU has said that it can be.
/// Source: ARM IHI 0038, 10.3 (frame unwinding instructions).
/// </remarks>
internal unsafe struct Unwinder
{
    private const int FramePointer = 11;
    private const int StackPointer = 13;
    private const int Link = 14;
    private const int ProgramCounter = 15;
    private const int FirstSaved = 4;
    private const uint ThumbBit = 1;

    /// <summary>From a return address back into the call before it.</summary>
    private const uint WithinTheCall = 2;

    private Registers _registers;
    private bool _isCaller;

    /// <summary>An instruction of the function: the one that runs, or the call that it waits for.</summary>
    internal readonly uint Place =>
        (_registers[ProgramCounter] & ~ThumbBit) - (_isCaller ? WithinTheCall : 0);

    /// <summary>Starts at interrupted code.</summary>
    /// <param name="frame">What was interrupted.</param>
    internal static Unwinder FromException(in ExceptionFrame frame)
    {
        Unwinder unwinder = default;
        for (int index = 0; index < ExceptionFrame.GeneralCount; index++)
        {
            unwinder._registers[index] = frame.General[index];
        }

        unwinder._registers[StackPointer] = frame.StackPointer;
        unwinder._registers[Link] = frame.Link;
        unwinder._registers[ProgramCounter] = frame.ProgramCounter;
        return unwinder;
    }

    /// <summary>Starts in the calling method.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // or the method itself would be the first, and gone
    internal static Unwinder FromHere()
    {
        Unwinder unwinder = default;
        Capture(&unwinder);
        unwinder._isCaller = true;
        return unwinder;
    }

    /// <summary>Goes on to the caller.</summary>
    /// <param name="machine">This core.</param>
    /// <returns>False when there is none, or none that can be found.</returns>
    internal bool TryStep(ref ArmV7Machine machine)
    {
        Unwinder caller = this;
        caller._isCaller = true;
        bool isFound = (caller.TryUnwind(ref machine) && caller.IsSoundAfter(in this));
        if (!isFound)
        {
            caller = this;
            caller._isCaller = true;
            isFound = caller.TryFollowFramePointer(ref machine) && caller.IsSoundAfter(in this);
        }

        if (isFound)
        {
            this = caller;
        }

        return isFound;
    }

    private readonly bool IsSoundAfter(in Unwinder callee) =>
        BootImage.Current.Text.Contains(new VirtualAddress(Place))
        && _registers[StackPointer] >= callee._registers[StackPointer]
        && (Place != callee.Place || _registers[StackPointer] != callee._registers[StackPointer]);

    private bool TryUnwind(ref ArmV7Machine machine)
    {
        if (!UnwindTable.TryFind(Place, out UnwindCode code))
        {
            // Assembly that runs has not touched lr, or cannot be unwound.
            _registers[ProgramCounter] = _registers[Link];
            return true;
        }

        _registers[ProgramCounter] = 0;
        while (code.TryTake(out uint instruction))
        {
            if (instruction == UnwindInstruction.Finish)
            {
                break;
            }

            if (!TryExecute(ref machine, instruction, ref code))
            {
                return false;
            }
        }

        if (_registers[ProgramCounter] == 0)
        {
            _registers[ProgramCounter] = _registers[Link];
        }

        return true;
    }

    private bool TryExecute(ref ArmV7Machine machine, uint instruction, ref UnwindCode code)
    {
        if (instruction < UnwindInstruction.Subtract)
        {
            _registers[StackPointer] += UnwindInstruction.WordsOf(instruction);
            return true;
        }

        if (instruction < UnwindInstruction.PopMasked)
        {
            _registers[StackPointer] -= UnwindInstruction.WordsOf(instruction);
            return true;
        }

        if (instruction < UnwindInstruction.SetStackPointer)
        {
            _ = code.TryTake(out uint low); // zero when the table is damaged: then nothing is popped
            return TryPop(ref machine, ((instruction & 0xF) << 8) | low, FirstSaved);
        }

        if (instruction < UnwindInstruction.PopRun)
        {
            _registers[StackPointer] = _registers[(int)(instruction & 0xF)];
            return true;
        }

        if (instruction < UnwindInstruction.Finish)
        {
            uint run = (2u << (int)(instruction & 7)) - 1; // r4 up to r4 + n
            uint link = (instruction & 8) != 0 ? 1u << (Link - FirstSaved) : 0;
            return TryPop(ref machine, run | link, FirstSaved);
        }

        if (instruction == UnwindInstruction.PopArguments)
        {
            _ = code.TryTake(out uint mask);
            return TryPop(ref machine, mask & 0xF, 0);
        }

        if (instruction == UnwindInstruction.AddLarge)
        {
            _registers[StackPointer] += UnwindInstruction.TakeLargeOffset(ref code);
            return true;
        }

        return false; // floating-point registers: no code of ours saves them
    }

    private bool TryPop(ref ArmV7Machine machine, uint mask, int first)
    {
        uint address = _registers[StackPointer];
        bool popsStackPointer = ((mask << first) & (1u << StackPointer)) != 0;
        for (int index = first; mask != 0; index++, mask >>= 1)
        {
            if ((mask & 1) == 0)
            {
                continue;
            }

            if (!TryRead(ref machine, address, out _registers[index]))
            {
                return false;
            }

            address += sizeof(uint);
        }

        _registers[StackPointer] = popsStackPointer ? _registers[StackPointer] : address;
        return true;
    }

    private bool TryFollowFramePointer(ref ArmV7Machine machine)
    {
        uint frame = _registers[FramePointer];
        if (!TryRead(ref machine, frame, out _registers[FramePointer])
            || !TryRead(ref machine, frame + sizeof(uint), out _registers[ProgramCounter]))
        {
            return false;
        }

        _registers[StackPointer] = frame + (2 * sizeof(uint));
        return true;
    }

    private static bool TryRead(ref ArmV7Machine machine, uint address, out uint value)
    {
        VirtualAddress word = new(address);
        bool isReadable = word.IsAligned(sizeof(uint))
            && TranslationAnswer.Ask(ref machine, word, TranslationAccess.KernelRead).Status == FaultStatus.None;
        value = isReadable ? machine.Data<uint>(word) : 0;
        return isReadable;
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_capture")]
    private static extern void Capture(Unwinder* registers);

    /// <summary>r0 to r15.</summary>
    [InlineArray(ProgramCounter + 1)]
    private struct Registers
    {
        private uint _first;
    }
}
