using System;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary>Names, arguments and purposes of the commands.</summary>
public static class CommandTable
{
    /// <summary>Number of commands.</summary>
    public const int Count = (int)Command.Help + 1;

    private const byte Space = (byte)' ';

    /// <summary>Finds the command that a line starts with: the longest name counts.</summary>
    /// <param name="arguments">In: the line; out: what follows the name.</param>
    /// <param name="command">The command; default when there is none.</param>
    /// <returns>False when no command has that name, with nothing taken.</returns>
    public static bool TryFind(ref Arguments arguments, out Command command)
    {
        bool isFound = false;
        command = default;
        Arguments rest = arguments;
        for (int index = 0; index < Count; index++)
        {
            Arguments ahead = arguments;
            if (TryTakeName(ref ahead, NameOf((Command)index)) && (!isFound || IsLonger((Command)index, command)))
            {
                isFound = true;
                command = (Command)index;
                rest = ahead;
            }
        }

        arguments = rest;
        return isFound;
    }

    /// <summary>True when a command's name is a word, or starts with it.</summary>
    /// <param name="command">Any command.</param>
    /// <param name="word">One word.</param>
    public static bool StartsWith(Command command, ReadOnlySpan<byte> word)
    {
        ReadOnlySpan<byte> name = NameOf(command);
        return Words.AreEqual(Words.TakeUntil(ref name, Space), word);
    }

    /// <summary>The command's name: one word or two.</summary>
    /// <param name="command">Any command.</param>
    public static ReadOnlySpan<byte> NameOf(Command command) => command switch
    {
        Command.Map => "map"u8,
        Command.Walk => "walk"u8,
        Command.Frames => "pmm"u8,
        Command.Asids => "asid"u8,
        Command.Spaces => "spaces"u8,
        Command.Heap => "heap"u8,
        Command.Mmio => "mmio"u8,
        Command.SpaceNew => "space new"u8,
        Command.SpaceUse => "space use"u8,
        Command.SpaceMap => "space map"u8,
        Command.SpaceUnmap => "space unmap"u8,
        Command.SpaceProtect => "space protect"u8,
        Command.SpaceDestroy => "space destroy"u8,
        Command.SpaceShow => "space"u8,
        Command.Run => "run"u8,
        Command.Start => "start"u8,
        Command.Processes => "ps"u8,
        Command.Kill => "kill"u8,
        Command.PlacesRandom => "places random"u8,
        Command.PlacesLow => "places low"u8,
        Command.FrameAllocate => "frame allocate"u8,
        Command.FrameFree => "frame free"u8,
        Command.HeapAllocate => "heap allocate"u8,
        Command.HeapFree => "heap free"u8,
        Command.MmioMap => "mmio map"u8,
        Command.MmioUnmap => "mmio unmap"u8,
        Command.Read => "read"u8,
        Command.Write => "write"u8,
        Command.FaultRead => "fault read"u8,
        Command.FaultWrite => "fault write"u8,
        Command.FaultExecute => "fault exec"u8,
        Command.StepsOn => "steps on"u8,
        Command.StepsOff => "steps off"u8,
        Command.Cores => "cores"u8,
        Command.Stress => "stress"u8,
        Command.Demo => "demo"u8,
        Command.Test => "test"u8,
        Command.Bench => "bench"u8,
        Command.BenchGrowth => "bench growth"u8,
        Command.Machine => "machine"u8,
        Command.Reboot => "reboot"u8,
        Command.PowerOff => "poweroff"u8,
        _ => "help"u8,
    };

    /// <summary>The command's arguments.</summary>
    /// <param name="command">Any command.</param>
    public static ReadOnlySpan<byte> ArgumentsOf(Command command) => command switch
    {
        Command.Walk or Command.FrameFree or Command.HeapFree or Command.MmioUnmap or Command.Read
            or Command.FaultRead or Command.FaultWrite or Command.FaultExecute => "ADDR"u8,
        Command.SpaceUse or Command.SpaceDestroy => "ID"u8,
        Command.SpaceMap or Command.SpaceProtect => "ID ADDR RIGHTS"u8,
        Command.SpaceUnmap => "ID ADDR"u8,
        Command.SpaceShow or Command.Kill => "PID"u8,
        Command.Run or Command.Start => "PROGRAM [ARGUMENTS]"u8,
        Command.HeapAllocate => "SIZE"u8,
        Command.MmioMap => "PHYSICAL SIZE"u8,
        Command.Write => "ADDR VALUE"u8,
        Command.Stress => "SECONDS [SEED]"u8,
        Command.Test => "[NUMBER]"u8,
        _ => default,
    };

    /// <summary>What the command is for.</summary>
    /// <param name="command">Any command.</param>
    public static ReadOnlySpan<byte> PurposeOf(Command command) => command switch
    {
        Command.Map => "physical and virtual memory, read back from registers and tables"u8,
        Command.Walk => "translates an address by hand, step by step"u8,
        Command.Frames => "physical memory: what is used as what, what is free"u8,
        Command.Asids => "ASIDs: generation, owners, rollovers, flushes"u8,
        Command.Spaces => "the address spaces"u8,
        Command.Heap => "the kernel heap"u8,
        Command.Mmio => "the devices in the kernel window"u8,
        Command.SpaceNew => "makes a space"u8,
        Command.SpaceUse => "switches to a space; 0: to none"u8,
        Command.SpaceMap => "maps a new page; RIGHTS: r, rw, rx for the user, kr, krw for the kernel"u8,
        Command.SpaceUnmap => "unmaps a page and frees it"u8,
        Command.SpaceProtect => "changes a page's rights"u8,
        Command.SpaceDestroy => "destroys a space and frees all that it held"u8,
        Command.SpaceShow => "what a process has mapped: ranges, what is resident, which tables it shares"u8,
        Command.Run => "runs a program of the boot image to its end"u8,
        Command.Start => "makes a process of a program; it runs whenever another does"u8,
        Command.Processes => "the processes"u8,
        Command.Kill => "ends a process"u8,
        Command.PlacesRandom => "new processes get memory at places drawn at random, as from the prompt's start"u8,
        Command.PlacesLow => "new processes get memory at low places in turn, as in a batch"u8,
        Command.FrameAllocate => "takes a page of 4K"u8,
        Command.FrameFree => "gives a page back"u8,
        Command.HeapAllocate => "takes a heap block"u8,
        Command.HeapFree => "gives a heap block back"u8,
        Command.MmioMap => "maps a device's registers"u8,
        Command.MmioUnmap => "unmaps them"u8,
        Command.Read => "loads a word"u8,
        Command.Write => "stores a word"u8,
        Command.FaultRead => "loads from where a load faults, and survives it"u8,
        Command.FaultWrite => "stores to where a store faults, and survives it"u8,
        Command.FaultExecute => "jumps to where a fetch faults, and survives it"u8,
        Command.StepsOn => "from now on prints each descriptor written, each maintenance operation, each frame moved"u8,
        Command.StepsOff => "prints them no more"u8,
        Command.Cores => "what each core does"u8,
        Command.Stress => "keeps all cores mapping, faulting, switching, allocating and freeing, contents checked"u8,
        Command.Demo => "shows the whole system at work"u8,
        Command.Test => "runs the self-tests, or one of them"u8,
        Command.Bench => "counts instructions per operation"u8,
        Command.BenchGrowth => "counts them where there is little and much of everything"u8,
        Command.Machine => "says what this machine is"u8,
        Command.Reboot => "starts the machine again"u8,
        Command.PowerOff => "ends the machine"u8,
        _ => "this list; commands may be joined with ;"u8,
    };

    private static bool TryTakeName(ref Arguments arguments, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> rest = name;
        while (rest.Length != 0)
        {
            if (!arguments.TryTakeWord(Words.TakeUntil(ref rest, Space)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsLonger(Command left, Command right) => NameOf(left).Length > NameOf(right).Length;
}
