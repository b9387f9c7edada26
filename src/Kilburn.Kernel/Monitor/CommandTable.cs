using System;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Monitor;

/// <summary>Names, arguments and purposes of the commands.</summary>
public static class CommandTable
{
    /// <summary>Number of commands.</summary>
    public const int Count = (int)Command.Help + 1;

    /// <summary>Finds a command.</summary>
    /// <param name="name">As it is typed.</param>
    /// <param name="command">The command; default when there is none of that name.</param>
    public static bool TryFind(ReadOnlySpan<byte> name, out Command command)
    {
        for (int index = 0; index < Count; index++)
        {
            command = (Command)index;
            if (Words.AreEqual(name, NameOf(command)))
            {
                return true;
            }
        }

        command = default;
        return false;
    }

    /// <summary>The command's name.</summary>
    /// <param name="command">Any command.</param>
    public static ReadOnlySpan<byte> NameOf(Command command) => command switch
    {
        Command.Map => "map"u8,
        Command.Walk => "walk"u8,
        Command.Frames => "pmm"u8,
        Command.Asid => "asid"u8,
        Command.Spaces => "spaces"u8,
        Command.Heap => "heap"u8,
        Command.Mmio => "mmio"u8,
        Command.Space => "space"u8,
        Command.Frame => "frame"u8,
        Command.Read => "read"u8,
        Command.Write => "write"u8,
        Command.Fault => "fault"u8,
        Command.Steps => "steps"u8,
        Command.Demo => "demo"u8,
        Command.Test => "test"u8,
        Command.Bench => "bench"u8,
        Command.Machine => "machine"u8,
        Command.Reboot => "reboot"u8,
        Command.PowerOff => "poweroff"u8,
        _ => "help"u8,
    };

    /// <summary>The command's arguments.</summary>
    /// <param name="command">Any command.</param>
    public static ReadOnlySpan<byte> ArgumentsOf(Command command) => command switch
    {
        Command.Walk => "ADDR"u8,
        Command.Heap => "[allocate SIZE | free ADDR]"u8,
        Command.Mmio => "[map PHYSICAL SIZE | unmap ADDR]"u8,
        Command.Space => "new | use ID | map ID ADDR RIGHTS | unmap ID ADDR | protect ID ADDR RIGHTS | destroy ID"u8,
        Command.Frame => "allocate | free ADDR"u8,
        Command.Read => "ADDR"u8,
        Command.Write => "ADDR VALUE"u8,
        Command.Fault => "read|write|exec ADDR"u8,
        Command.Steps => "on|off"u8,
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
        Command.Asid => "ASIDs: generation, owners, rollovers, flushes"u8,
        Command.Spaces => "the address spaces"u8,
        Command.Heap => "the kernel heap, or a block of it"u8,
        Command.Mmio => "the device window, or a mapping of it"u8,
        Command.Space => "makes, switches to, changes and destroys a space; ID 0 is none; RIGHTS: [kernel|user] r[w][x]"u8,
        Command.Frame => "takes or gives back a page of 4K"u8,
        Command.Read => "loads a word"u8,
        Command.Write => "stores a word"u8,
        Command.Fault => "provokes a fault and survives it"u8,
        Command.Steps => "prints each descriptor written, each maintenance operation, each frame moved"u8,
        Command.Demo => "shows the whole system at work"u8,
        Command.Test => "runs the self-tests, or one of them"u8,
        Command.Bench => "counts instructions per operation"u8,
        Command.Machine => "says what this machine is"u8,
        Command.Reboot => "starts the machine again"u8,
        Command.PowerOff => "ends the machine"u8,
        _ => "this list; commands may be joined with ;"u8,
    };
}
