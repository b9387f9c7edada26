using System;
using System.CommandLine;
using System.Text.Json.Nodes;
using Kilburn.Cli.Output;
using Kilburn.Inspector;
using Kilburn.Inspector.Json;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;

namespace Kilburn.Cli.Commands;

/// <summary><c>kilburn walk ADDR</c>: every step of a walk.</summary>
internal sealed class WalkCommand
{
    private readonly SourceOptions _source = new();
    private readonly Argument<string> _address = new("ADDRESS") { Description = "A virtual address." };
    private readonly Option<string> _access = new("--access") { Description = "What is done there: read, write or execute.", DefaultValueFactory = _ => "read" };
    private readonly Option<bool> _user = new("--user") { Description = "As the user; else as the kernel." };

    /// <summary>Makes the command.</summary>
    public static Command Create() => new WalkCommand().Build();

    /// <summary>Prints a walk.</summary>
    /// <param name="walk">The walk.</param>
    /// <param name="guest">Whose.</param>
    public static void Write(Walk walk, Guest guest)
    {
        bool isLong = guest.Registers.HasLongDescriptors;
        if (walk.Root is TableRoot root)
        {
            ulong value = root.Register == "TTBR0" ? guest.Registers.TableBase0 : guest.Registers.TableBase1;
            Console.Out.WriteLine($"{root.Register}    {Numbers.Address(value)}{(root.IsOff ? "  walks are off" : string.Empty)}");
        }

        foreach (WalkStep step in walk.Steps)
        {
            Console.Out.WriteLine(step.Form is null
                ? $"level {step.Level}  [{Numbers.Address(step.Slot)}] does not answer"
                : $"level {step.Level}  [{Numbers.Address(step.Slot)}] = {Numbers.Address(step.Word)}  {step.Form.Name}\n         {MapText.Fields(step.Form, step.Word)}");
        }

        if (walk.Leaf is Leaf leaf)
        {
            Console.Out.WriteLine($"         {MapText.Of(leaf.Attributes)}");
        }

        string name = guest.Symbols?.NameOf(walk.Address) is string symbol ? $" <{symbol}>" : string.Empty;
        Console.Out.WriteLine(walk.Fault.IsFault
            ? $"{Numbers.Address(walk.Address)}{name}: {Words.Of(walk.Fault, isLong)}"
            : $"{Numbers.Address(walk.Address)}{name} -> {Numbers.Address(walk.Physical!.Value)}");
    }

    /// <summary>Reads an address.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <exception cref="UsageException">It is no virtual address.</exception>
    public static uint ParseAddress(string text)
    {
        try
        {
            ulong address = Numbers.Parse(text);
            return address <= uint.MaxValue ? (uint)address : throw new UsageException($"'{text}' is beyond 4 GiB.");
        }
        catch (FormatException wrong)
        {
            throw new UsageException($"{wrong.Message}.");
        }
    }

    private Command Build()
    {
        _ = _access.AcceptOnlyFromAmong("read", "write", "execute");
        Command command = new("walk", "Walks an address: each descriptor with its fields, and the result or the fault. Exit status 1: a fault.")
        {
            _address, _access, _user,
        };
        _source.AddTo(command);
        Verb.SetAction(command, Run);
        Examples.Add(
            command,
            "walk 0x80008000 --gdb localhost:1234",
            "walk 0x1000 --access write --user --model space",
            "walk 0xC0008000 --image core.elf --registers registers.txt");
        return command;
    }

    private int Run(ParseResult result)
    {
        uint address = ParseAddress(result.GetRequiredValue(_address));
        AccessKind access = Enum.Parse<AccessKind>(result.GetRequiredValue(_access), true);
        Privilege privilege = result.GetValue(_user) ? Privilege.User : Privilege.Kernel;
        using Guest guest = _source.Open(result);
        Walk walk = new TranslationTables(guest.Registers, guest.Memory).Walk(address, access, privilege);
        if (result.GetValue(Verb.Json))
        {
            JsonObject json = MapJson.Envelope("walk", guest.Name);
            json["walk"] = MapJson.Of(walk, guest.Registers.HasLongDescriptors, guest.Symbols);
            JsonOutput.Write(json);
        }
        else
        {
            Write(walk, guest);
        }

        return walk.Fault.IsFault ? ExitStatus.Finding : ExitStatus.Clean;
    }
}
