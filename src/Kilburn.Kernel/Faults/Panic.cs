using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime;
using Kilburn.Armv7;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Faults;

/// <summary>The end of the kernel: what happened, registers, the chain of calls, and off.</summary>
/// <remarks>
/// Interrupts stay masked from here on. The first core that panics tells of it; another one that runs into what broke sleeps.
/// </remarks>
internal static unsafe class Panic
{
    /// <summary>Exit status of an emulator whose kernel panicked.</summary>
    internal const uint ExitStatus = 2;

    private const int RegistersOfLine = 4;
    private const uint Nobody = 0;

    private static uint s_teller; // shared: the core that panicked first, plus 1; changed by CompareExchange

    /// <summary>True once a core tells of a panic.</summary>
    internal static bool IsTold
    {
        get
        {
            ArmV7Machine machine = default;
            return machine.LoadAcquire(ref s_teller) != Nobody;
        }
    }

    /// <summary>Stops this core if another one tells of a panic.</summary>
    internal static void WaitUnlessTeller()
    {
        ArmV7Machine machine = default;
        uint teller = machine.LoadAcquire(ref s_teller);
        while (teller != Nobody && teller != machine.CoreIndex + 1)
        {
            Cp15.WaitForInterrupt();
        }
    }

    /// <summary>An exception that nobody expected.</summary>
    /// <param name="frame">The interrupted state.</param>
    [DoesNotReturn]
    internal static void OfException(ref ExceptionFrame frame)
    {
        PiBoard board = default;
        ArmV7Machine machine = default;
        BeTheOnlyOne(ref machine);
        board.Write("panic: "u8);
        switch (frame.Kind)
        {
            case ExceptionKind.DataAbort:
                PrintFault(ref machine, FaultReport.FromDataAbort(
                    Cp15.ReadDataFaultStatus(), new VirtualAddress(Cp15.ReadDataFaultAddress())));
                break;
            case ExceptionKind.PrefetchAbort:
                PrintFault(ref machine, FaultReport.FromPrefetchAbort(
                    Cp15.ReadInstructionFaultStatus(), new VirtualAddress(Cp15.ReadInstructionFaultAddress())));
                break;
            default:
                board.Write(NameOf(frame.Kind));
                board.EndLine();
                break;
        }

        PrintRegisters(in frame);
        Backtrace.PrintPlace(frame.ProgramCounter);
        Backtrace.PrintCallers(ref machine, Unwinder.FromException(in frame));
        Power.Off(ExitStatus);
    }

    /// <summary>A fault inside the fault path.</summary>
    /// <param name="kind">The second exception.</param>
    /// <param name="address">lr of its mode.</param>
    [DoesNotReturn]
    internal static void OfFaultPath(ExceptionKind kind, uint address)
    {
        PiBoard board = default;
        ArmV7Machine machine = default;
        BeTheOnlyOne(ref machine);
        board.Write("panic: a fault inside the fault path: "u8);
        board.Write(NameOf(kind));
        if (kind == ExceptionKind.DataAbort)
        {
            FaultReport fault = FaultReport.FromDataAbort(
                Cp15.ReadDataFaultStatus(), new VirtualAddress(Cp15.ReadDataFaultAddress()));
            board.Write(", "u8);
            PrintAccess(fault);
            PrintGuard(fault.Address);
        }

        board.Write("\nThe machine is stopped.\n"u8);
        Backtrace.PrintPlace(address);
        Power.Off(ExitStatus);
    }

    [DoesNotReturn]
    [RuntimeExport("kilburn_panic")]
    private static void OfInvariant(byte* text, int lengthInBytes, uint value)
    {
        PiBoard board = default;
        ArmV7Machine machine = default;
        BeTheOnlyOne(ref machine);
        board.Write("panic: "u8);
        board.Write(new ReadOnlySpan<byte>(text, lengthInBytes));
        board.Write(": "u8);
        board.WriteHex(value);
        board.EndLine();
        Backtrace.PrintCallers(ref machine, Unwinder.FromHere());
        if (LockOrder.ConflictOf(machine.CoreIndex) != 0)
        {
            board.Write("the lock that is held was taken\n"u8);
            Backtrace.PrintPlace(LockOrder.ConflictOf(machine.CoreIndex));
        }

        Power.Off(ExitStatus);
    }

    [DoesNotReturn]
    [RuntimeExport("kilburn_throw")]
    private static void OfThrow(int reason)
    {
        PiBoard board = default;
        ArmV7Machine machine = default;
        BeTheOnlyOne(ref machine);
        board.Write("panic: "u8);
        board.Write(reason switch
        {
            1 => "an index out of range"u8,
            2 => "an overflow"u8,
            3 => "a division by zero"u8,
            4 => "a null reference"u8,
            _ => "an operation that is not there"u8,
        });
        board.EndLine();
        Backtrace.PrintCallers(ref machine, Unwinder.FromHere());
        Power.Off(ExitStatus);
    }

    private static void BeTheOnlyOne(ref ArmV7Machine machine)
    {
        _ = machine.MaskInterrupts(); // never restored
        _ = machine.CompareExchange(ref s_teller, machine.CoreIndex + 1, Nobody);
        WaitUnlessTeller();
    }

    private static void PrintFault(ref ArmV7Machine machine, FaultReport fault)
    {
        PiBoard board = default;
        PrintAccess(fault);
        board.Write(", domain "u8);
        board.WriteDecimal(fault.Domain);
        PrintGuard(fault.Address);
        board.EndLine();

        TranslationContext context = TranslationContext.Read(ref machine);
        TableWalk walk = TableWalk.Of(ref machine, in context, fault.Address);
        board.Write("  walk:"u8);
        if (!walk.WasWalked)
        {
            board.Write(" off in this half\n"u8);
            return;
        }

        PrintStep(" first level "u8, walk.FirstLevelAddress, walk.FirstLevel.Raw);
        if (walk.HasSecondLevel)
        {
            PrintStep(", second level "u8, walk.SecondLevelAddress, walk.SecondLevel.Raw);
        }

        board.EndLine();
    }

    private static void PrintStep(ReadOnlySpan<byte> name, PhysicalAddress address, uint descriptor)
    {
        PiBoard board = default;
        board.Write(name);
        board.WriteHex(address.Value);
        board.Write(" holds "u8);
        board.WriteHex(descriptor);
    }

    private static void PrintAccess(FaultReport fault)
    {
        PiBoard board = default;
        board.Write(FaultText.NameOf(fault.Access));
        board.Write(" "u8);
        board.WriteHex(fault.Address.Value);
        board.Write(": "u8);
        board.Write(FaultText.KindOf(fault.Status));
        board.Write(FaultText.LevelOf(fault.Status));
    }

    private static void PrintGuard(VirtualAddress address)
    {
        PiBoard board = default;
        if (StackGuards.TryFind(address, out int core, out int stack))
        {
            board.Write(": stack overflow, core "u8);
            board.WriteDecimal((uint)core);
            board.Write(", "u8);
            board.Write(StackGuards.NameOf(stack));
            board.Write(" stack"u8);
        }
    }

    private static void PrintRegisters(in ExceptionFrame frame)
    {
        PiBoard board = default;
        for (int index = 0; index < ExceptionFrame.GeneralCount; index++)
        {
            board.Write("  r"u8);
            board.WriteDecimal((uint)index);
            board.Write(index < 10 ? "  "u8 : " "u8);
            board.WriteHex(frame.General[index]);
            if ((index & (RegistersOfLine - 1)) == RegistersOfLine - 1)
            {
                board.EndLine();
            }
        }

        PrintRegister("  sp  "u8, frame.StackPointer);
        PrintRegister("  lr  "u8, frame.Link);
        PrintRegister("  pc  "u8, frame.ProgramCounter);
        board.EndLine();
        PrintRegister("  cpsr "u8, frame.Status);
        board.EndLine();
    }

    private static void PrintRegister(ReadOnlySpan<byte> name, uint value)
    {
        PiBoard board = default;
        board.Write(name);
        board.WriteHex(value);
    }

    private static ReadOnlySpan<byte> NameOf(ExceptionKind kind) => kind switch
    {
        ExceptionKind.Undefined => "undefined instruction"u8,
        ExceptionKind.SupervisorCall => "supervisor call"u8,
        ExceptionKind.PrefetchAbort => "prefetch abort"u8,
        ExceptionKind.DataAbort => "data abort"u8,
        ExceptionKind.Interrupt => "interrupt"u8,
        ExceptionKind.FastInterrupt => "fast interrupt"u8,
        _ => "unknown exception"u8,
    };
}
