using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime;
using Kilburn.Armv7;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel.Faults;

/// <summary>The end of the kernel: what happened, registers, the chain of calls, and off.</summary>
/// <remarks>Interrupts stay masked from here on; other cores go on sleeping or run into what broke.</remarks>
internal static unsafe class Panic
{
    /// <summary>Exit status of an emulator whose kernel panicked.</summary>
    internal const uint ExitStatus = 2;

    private const int RegistersOfLine = 4;

    /// <summary>An exception that nobody expected.</summary>
    /// <param name="frame">The interrupted state.</param>
    [DoesNotReturn]
    internal static void OfException(ref ExceptionFrame frame)
    {
        ArmV7Machine machine = default;
        ConsoleText.Write("panic: "u8);
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
                ConsoleText.Write(NameOf(frame.Kind));
                ConsoleText.Write("\n"u8);
                break;
        }

        PrintRegisters(in frame);
        Backtrace.PrintPlace(frame.ProgramCounter);
        if (frame.Kind == ExceptionKind.PrefetchAbort)
        {
            _ = Backtrace.TryPrintReturn(frame.Link); // who jumped there, if it was a call
        }

        Backtrace.PrintCallers(ref machine, frame.FramePointer);
        Power.Off(ExitStatus);
    }

    /// <summary>A fault inside the fault path.</summary>
    /// <param name="kind">The second exception.</param>
    /// <param name="address">lr of its mode.</param>
    [DoesNotReturn]
    internal static void OfFaultPath(ExceptionKind kind, uint address)
    {
        ConsoleText.Write("panic: a fault inside the fault path: "u8);
        ConsoleText.Write(NameOf(kind));
        if (kind == ExceptionKind.DataAbort)
        {
            FaultReport fault = FaultReport.FromDataAbort(
                Cp15.ReadDataFaultStatus(), new VirtualAddress(Cp15.ReadDataFaultAddress()));
            ConsoleText.Write(", "u8);
            PrintAccess(fault);
            PrintGuard(fault.Address);
        }

        ConsoleText.Write("\nThe machine is stopped.\n"u8);
        Backtrace.PrintPlace(address);
        Power.Off(ExitStatus);
    }

    [DoesNotReturn]
    [RuntimeExport("kilburn_panic")]
    private static void OfInvariant(byte* text, int lengthInBytes, uint value)
    {
        ArmV7Machine machine = default;
        _ = machine.MaskInterrupts(); // never restored
        ConsoleText.Write("panic: "u8);
        ConsoleText.Write(new ReadOnlySpan<byte>(text, lengthInBytes));
        ConsoleText.Write(": "u8);
        ConsoleText.WriteHex(value);
        ConsoleText.Write("\n"u8);
        Backtrace.PrintCallers(ref machine, Backtrace.FramePointer());
        Power.Off(ExitStatus);
    }

    [DoesNotReturn]
    [RuntimeExport("kilburn_throw")]
    private static void OfThrow(int reason)
    {
        ArmV7Machine machine = default;
        _ = machine.MaskInterrupts(); // never restored
        ConsoleText.Write("panic: "u8);
        ConsoleText.Write(reason switch
        {
            1 => "an index out of range"u8,
            2 => "an overflow"u8,
            3 => "a division by zero"u8,
            4 => "a null reference"u8,
            _ => "an operation that is not there"u8,
        });
        ConsoleText.Write("\n"u8);
        Backtrace.PrintCallers(ref machine, Backtrace.FramePointer());
        Power.Off(ExitStatus);
    }

    private static void PrintFault(ref ArmV7Machine machine, FaultReport fault)
    {
        PrintAccess(fault);
        ConsoleText.Write(", domain "u8);
        ConsoleText.WriteDecimal(fault.Domain);
        PrintGuard(fault.Address);
        ConsoleText.Write("\n"u8);

        TranslationContext context = TranslationContext.Read(ref machine);
        TableWalk walk = TableWalk.Of(ref machine, in context, fault.Address);
        ConsoleText.Write("  walk:"u8);
        if (!walk.WasWalked)
        {
            ConsoleText.Write(" off in this half\n"u8);
            return;
        }

        PrintStep(" first level "u8, walk.FirstLevelAddress, walk.FirstLevel.Raw);
        if (walk.HasSecondLevel)
        {
            PrintStep(", second level "u8, walk.SecondLevelAddress, walk.SecondLevel.Raw);
        }

        ConsoleText.Write("\n"u8);
    }

    private static void PrintStep(ReadOnlySpan<byte> name, PhysicalAddress address, uint descriptor)
    {
        ConsoleText.Write(name);
        ConsoleText.WriteHex(address.Value);
        ConsoleText.Write(" holds "u8);
        ConsoleText.WriteHex(descriptor);
    }

    private static void PrintAccess(FaultReport fault)
    {
        ConsoleText.Write(FaultText.OfAccess(fault.Access));
        ConsoleText.Write(" "u8);
        ConsoleText.WriteHex(fault.Address.Value);
        ConsoleText.Write(": "u8);
        ConsoleText.Write(FaultText.OfStatus(fault.Status));
    }

    private static void PrintGuard(VirtualAddress address)
    {
        if (StackGuards.TryFind(address, out int core, out int stack))
        {
            ConsoleText.Write(": stack overflow, core "u8);
            ConsoleText.WriteDecimal((uint)core);
            ConsoleText.Write(", "u8);
            ConsoleText.Write(StackGuards.NameOf(stack));
            ConsoleText.Write(" stack"u8);
        }
    }

    private static void PrintRegisters(in ExceptionFrame frame)
    {
        for (int index = 0; index < ExceptionFrame.GeneralCount; index++)
        {
            ConsoleText.Write("  r"u8);
            ConsoleText.WriteDecimal((uint)index);
            ConsoleText.Write(index < 10 ? "  "u8 : " "u8);
            ConsoleText.WriteHex(frame.General[index]);
            if ((index & (RegistersOfLine - 1)) == RegistersOfLine - 1)
            {
                ConsoleText.Write("\n"u8);
            }
        }

        PrintRegister("  sp  "u8, frame.StackPointer);
        PrintRegister("  lr  "u8, frame.Link);
        PrintRegister("  pc  "u8, frame.ProgramCounter);
        ConsoleText.Write("\n"u8);
        PrintRegister("  cpsr "u8, frame.Status);
        ConsoleText.Write("\n"u8);
    }

    private static void PrintRegister(ReadOnlySpan<byte> name, uint value)
    {
        ConsoleText.Write(name);
        ConsoleText.WriteHex(value);
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
