using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using Kilburn.Inspector;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;

namespace Kilburn.Cli;

/// <summary>The options that say where a guest is read from.</summary>
internal sealed class SourceOptions
{
    private static readonly TimeSpan s_stubLimit = TimeSpan.FromSeconds(4);

    private readonly Option<string> _gdb = new("--gdb")
    {
        Description = "A gdb remote stub, as QEMU's -gdb tcp::PORT.",
        HelpName = "HOST:PORT",
    };

    private readonly Option<string[]> _images = new("--image")
    {
        Description = "A raw image of physical memory at an address; without an address, an ELF core. Several are put together.",
        HelpName = "FILE[@ADDRESS]",
    };

    private readonly Option<string> _snapshot = new("--from")
    {
        Description = "A file that 'kilburn snapshot' has written.",
        HelpName = "SNAPSHOT",
    };

    private readonly Option<string> _model = new("--model")
    {
        Description = "Kilburn's own kernel on the software machine: 'boot', 'space', or commands of its monitor.",
        HelpName = "SCENARIO",
    };

    private readonly Option<string> _registers = new("--registers")
    {
        Description = "A file with registers as gdb's 'info registers' prints them, or NAME = 0xVALUE.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _secure = new("--secure") { Description = "Use the Secure bank of registers; else, the one whose MMU is on." };
    private readonly Option<bool> _nonSecure = new("--non-secure") { Description = "Use the Non-secure bank of registers." };
    private readonly Option<int?> _processor = new("--processor") { Description = "Which processor of the stub, from 1.", HelpName = "N" };
    private readonly Option<bool> _stayStopped = new("--stay-stopped") { Description = "Leave the guest stopped; else it runs on." };

    private readonly Option<ulong?> _linear = NumberOption(
        "--linear", "For a stub that reads no physical memory: the virtual address at which the guest sees physical 0.", "ADDRESS");

    private readonly Option<string[]> _ram = new("--ram")
    {
        Description = "Where RAM is, for the audit; else what the source says.",
        HelpName = "START:LENGTH",
    };

    private readonly Option<string> _symbols = new("--symbols") { Description = "An ELF file whose symbols name addresses.", HelpName = "ELF" };

    private readonly Dictionary<string, Option<ulong?>> _values = RegisterSet.Names.ToDictionary(
        name => name, name => NumberOption($"--{name}", $"{name.ToUpperInvariant()}, over what the source says.", "VALUE"));

    /// <summary>Options that take the registers of a guest, but no guest.</summary>
    /// <param name="command">Gets them.</param>
    public void AddRegistersTo(Command command)
    {
        foreach (Option<ulong?> option in _values.Values)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>All options.</summary>
    /// <param name="command">Gets them.</param>
    public void AddTo(Command command)
    {
        _model.CompletionSources.Add(_ => ModelScenario.Names.Select(name => new System.CommandLine.Completions.CompletionItem(name)));
        foreach (Option option in (Option[])
            [_gdb, _images, _snapshot, _model, _registers, _secure, _nonSecure, _processor, _stayStopped, _linear, _ram, _symbols])
        {
            command.Options.Add(option);
        }

        AddRegistersTo(command);
    }

    /// <summary>True when the command line names a source.</summary>
    /// <param name="result">The command line.</param>
    public bool HasSource(ParseResult result) => Count(result) != 0;

    /// <summary>Reads the guest.</summary>
    /// <param name="result">The command line.</param>
    /// <exception cref="UsageException">No source, more than one, or a malformed one.</exception>
    /// <exception cref="SourceException">It cannot be read.</exception>
    public Guest Open(ParseResult result)
    {
        if (Count(result) != 1)
        {
            throw new UsageException("Say where the guest is: one of --gdb, --image, --from and --model.");
        }

        SymbolTable? symbols = result.GetValue(_symbols) is string file ? SymbolTable.Load(file) : null;
        Guest guest = OpenSource(result);
        return symbols is null
            ? guest
            : new Guest(guest.Name, guest.Registers, guest.Memory, guest.Ram, guest) { Symbols = symbols, DataFault = guest.DataFault };
    }

    /// <summary>Registers from the options alone: what is not given is zero, the MMU is on, all domains are clients.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="isLong">Long descriptors.</param>
    public GuestRegisters RegistersOnly(ParseResult result, bool isLong)
    {
        const uint AllClients = 0x5555_5555;
        const uint MmuOn = 1;
        const uint Extended = 1u << 31;
        RegisterSet set = new();
        foreach (string name in RegisterSet.Names)
        {
            set.Set(name, 0);
        }

        set.Set("sctlr", MmuOn);
        set.Set("dacr", AllClients);
        AddValues(result, set);
        GuestRegisters registers = set.ToGuest();
        return registers with { TableControl = registers.TableControl | (isLong ? Extended : 0) };
    }

    /// <summary>An option that takes a number, as addresses are written.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="description">For the help.</param>
    /// <param name="helpName">Of the number.</param>
    public static Option<ulong?> NumberOption(string name, string description, string helpName) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = argument =>
        {
            try
            {
                return Numbers.Parse(argument.Tokens[0].Value);
            }
            catch (FormatException wrong)
            {
                argument.AddError(wrong.Message);
                return null;
            }
        },
    };

    /// <summary>Reads <c>START:LENGTH</c>, or one address.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <exception cref="UsageException">It is malformed.</exception>
    public static AddressRange ParseRange(string text)
    {
        string[] parts = text.Split(':');
        try
        {
            AddressRange range = new(Numbers.Parse(parts[0]), parts.Length == 2 ? Numbers.Parse(parts[1]) : 1);
            return parts.Length <= 2 && range.End > range.Start ? range : throw new UsageException($"'{text}' is not START:LENGTH.");
        }
        catch (FormatException wrong)
        {
            throw new UsageException($"'{text}': {wrong.Message}.");
        }
    }

    private int Count(ParseResult result) =>
        (result.GetValue(_gdb) is null ? 0 : 1) + (result.GetValue(_images) is { Length: > 0 } ? 1 : 0)
        + (result.GetValue(_snapshot) is null ? 0 : 1) + (result.GetValue(_model) is null ? 0 : 1);

    private Guest OpenSource(ParseResult result)
    {
        if (result.GetValue(_gdb) is string stub)
        {
            return OpenStub(result, stub);
        }

        if (result.GetValue(_images) is { Length: > 0 } images)
        {
            return OpenImages(result, images);
        }

        Guest guest = result.GetValue(_snapshot) is string snapshot
            ? Snapshot.Load(snapshot)
            : ModelScenario.Run(result.GetValue(_model)!);
        GuestRegisters registers = Override(result, guest.Registers);
        return new Guest(guest.Name, registers, guest.Memory, Ram(result) ?? guest.Ram, guest);
    }

    private Guest OpenStub(ParseResult result, string stub)
    {
        int colon = stub.LastIndexOf(':');
        string host = colon <= 0 ? "localhost" : stub[..colon];
        if (!int.TryParse(stub[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is 0 or > ushort.MaxValue)
        {
            throw new UsageException($"'{stub}' is not HOST:PORT.");
        }

        GdbConnection connection = GdbConnection.Open(host, port, s_stubLimit);
        GdbTarget? target = null;
        try
        {
            target = new GdbTarget(connection, result.GetValue(_stayStopped), result.GetValue(_processor), result.GetValue(_linear));
            RegisterSet set = RegisterSet.Read(target, Bank(result));
            AddFile(result, set);
            AddValues(result, set);
            return new Guest($"gdb {stub}", set.ToGuest(), target, Ram(result), target) { DataFault = set.DataFault };
        }
        catch
        {
            ((IDisposable?)target ?? connection).Dispose();
            throw;
        }
    }

    private Guest OpenImages(ParseResult result, string[] images)
    {
        FileMemory memory = new();
        try
        {
            foreach (string image in images)
            {
                int at = image.LastIndexOf('@');
                if (at < 0)
                {
                    memory.AddCore(image);
                }
                else
                {
                    memory.AddImage(image[..at], ParseRange(image[(at + 1)..]).Start);
                }
            }

            RegisterSet set = new();
            AddFile(result, set);
            AddValues(result, set);
            return new Guest(string.Join(' ', images), set.ToGuest(), memory, Ram(result) ?? memory.Ranges, memory);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    private SecurityBank Bank(ParseResult result) => (result.GetValue(_secure), result.GetValue(_nonSecure)) switch
    {
        (true, true) => throw new UsageException("--secure or --non-secure, not both."),
        (true, _) => SecurityBank.Secure,
        (_, true) => SecurityBank.NonSecure,
        _ => SecurityBank.Enabled,
    };

    private AddressRange[]? Ram(ParseResult result) =>
        result.GetValue(_ram) is { Length: > 0 } ranges ? [.. ranges.Select(ParseRange)] : null;

    private void AddFile(ParseResult result, RegisterSet set)
    {
        if (result.GetValue(_registers) is string file)
        {
            set.Add(RegisterSet.Load(file, Bank(result)));
        }
    }

    private void AddValues(ParseResult result, RegisterSet set)
    {
        foreach ((string name, Option<ulong?> option) in _values)
        {
            if (result.GetValue(option) is ulong value)
            {
                set.Set(name, value);
            }
        }
    }

    private GuestRegisters Override(ParseResult result, GuestRegisters registers)
    {
        RegisterSet set = RegisterSet.Of(registers);
        AddFile(result, set);
        AddValues(result, set);
        return set.ToGuest();
    }
}
