using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.RegularExpressions;
using Kilburn.Inspector.Translation;

namespace Kilburn.Inspector.Sources;

/// <summary>Registers by name, as they come from a stub, from options or from pasted text.</summary>
public sealed partial class RegisterSet
{
    /// <summary>The registers that walks depend on, under the names of the options.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["sctlr", "ttbcr", "ttbr0", "ttbr1", "dacr", "prrr", "nmrr", "contextidr"];

    // The names that stubs use, the first one that is there first. QEMU names TTBR0 twice: 64 bits, and the low 32 of them.
    private static readonly Dictionary<string, string[]> s_otherNames = new()
    {
        ["sctlr"] = ["SCTLR", "SCTLR_EL1"],
        ["ttbcr"] = ["TTBCR", "TCR_EL1"],
        ["ttbr0"] = ["TTBR0", "TTBR0_EL1"],
        ["ttbr1"] = ["TTBR1", "TTBR1_EL1"],
        ["dacr"] = ["DACR", "DACR32_EL2"],
        ["prrr"] = ["MAIR0", "PRRR", "MAIR_EL1"],
        ["nmrr"] = ["MAIR1", "NMRR"],
        ["contextidr"] = ["CONTEXTIDR", "CONTEXTIDR_EL1"],
        ["dfsr"] = ["DFSR"],
        ["dfar"] = ["DFAR"],
    };

    private readonly Dictionary<string, ulong> _values = [];

    /// <summary>DFSR and DFAR, when both are known.</summary>
    public (uint Status, uint Address)? DataFault =>
        Get("dfsr") is ulong status && Get("dfar") is ulong address ? ((uint)status, (uint)address) : null;

    /// <summary>Takes registers in.</summary>
    /// <param name="registers">A guest's.</param>
    public static RegisterSet Of(GuestRegisters registers)
    {
        RegisterSet set = new();
        set.Set("sctlr", registers.SystemControl);
        set.Set("ttbcr", registers.TableControl);
        set.Set("ttbr0", registers.TableBase0);
        set.Set("ttbr1", registers.TableBase1);
        set.Set("dacr", registers.DomainAccess);
        set.Set("prrr", registers.PrimaryRemap);
        set.Set("nmrr", registers.NormalRemap);
        set.Set("contextidr", registers.ContextId);
        return set;
    }

    /// <summary>Sets a register.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="value">Its value.</param>
    public void Set(string name, ulong value) => _values[name] = value;

    /// <summary>A register; null when it is not known.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public ulong? Get(string name) => _values.TryGetValue(name, out ulong value) ? value : null;

    /// <summary>Adds what is known elsewhere, over what is known here.</summary>
    /// <param name="other">More registers.</param>
    public void Add(RegisterSet other)
    {
        foreach ((string name, ulong value) in other._values)
        {
            _values[name] = value;
        }
    }

    /// <summary>Everything that walks depend on.</summary>
    /// <exception cref="SourceException">SCTLR, TTBCR, TTBR0, TTBR1 or DACR is missing, as far as it is needed.</exception>
    public GuestRegisters ToGuest()
    {
        GuestRegisters registers = new()
        {
            SystemControl = (uint)Require("sctlr"),
            TableControl = (uint)(Get("ttbcr") ?? 0),
            TableBase0 = Get("ttbr0") ?? 0,
            TableBase1 = Get("ttbr1") ?? 0,
            DomainAccess = (uint)(Get("dacr") ?? 0),
            PrimaryRemap = (uint)(Get("prrr") ?? 0),
            NormalRemap = (uint)(Get("nmrr") ?? 0),
            ContextId = (uint)(Get("contextidr") ?? 0),
        };
        if (!registers.IsMmuOn)
        {
            return registers;
        }

        _ = Require("ttbcr");
        foreach (TableRoot root in Formats.Of(registers).Roots)
        {
            _ = root.IsOff ? 0 : Require(root.Register.ToLowerInvariant());
        }

        _ = registers.HasLongDescriptors ? 0 : Require("dacr");
        if (registers.HasLongDescriptors || registers.IsTexRemapOn)
        {
            _ = Require("prrr");
            _ = Require("nmrr");
        }

        return registers;
    }

    /// <summary>Asks a stub.</summary>
    /// <param name="target">The stub.</param>
    /// <param name="bank">Which bank of registers.</param>
    public static RegisterSet Read(GdbTarget target, SecurityBank bank)
    {
        RegisterSet set = new();
        string suffix = IsSecure(target, bank) ? "_S" : string.Empty;
        foreach ((string name, string[] others) in s_otherNames)
        {
            foreach (string other in others)
            {
                if ((target.ReadRegister(other + suffix) ?? (suffix.Length != 0 ? target.ReadRegister(other) : null)) is ulong value)
                {
                    set.Set(name, value);
                    break;
                }
            }
        }

        return set;
    }

    /// <summary>Reads pasted text: what gdb's <c>info registers</c> prints, or <c>NAME = VALUE</c> a line.</summary>
    /// <param name="text">The text. Names of other registers are passed over.</param>
    /// <param name="bank">Which bank, where the text names both.</param>
    public static RegisterSet Parse(string text, SecurityBank bank)
    {
        Dictionary<string, ulong> pasted = new(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Assignment().Matches(text))
        {
            pasted[match.Groups["name"].Value] = ulong.Parse(
                match.Groups["value"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }

        bool isSecure = bank == SecurityBank.Secure
            || (bank == SecurityBank.Enabled && IsSecureEnabled(Find(pasted, "SCTLR_S"), Find(pasted, "SCTLR"), Find(pasted, "SCR")));
        RegisterSet set = new();
        foreach ((string name, string[] others) in s_otherNames)
        {
            foreach (string other in others)
            {
                if ((isSecure ? Find(pasted, other + "_S") ?? Find(pasted, other) : Find(pasted, other)) is ulong value)
                {
                    set.Set(name, value);
                    break;
                }
            }
        }

        return set;
    }

    /// <summary>Reads pasted text from a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bank">Which bank, where the text names both.</param>
    /// <exception cref="SourceException">It cannot be read, or names none of the registers.</exception>
    public static RegisterSet Load(string path, SecurityBank bank)
    {
        try
        {
            RegisterSet set = Parse(File.ReadAllText(path), bank);
            return set._values.Count != 0 ? set : throw new SourceException($"{path}: no register in it that walks depend on.");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new SourceException($"{path}: {unreadable.Message}", unreadable);
        }
    }

    private static ulong? Find(Dictionary<string, ulong> values, string name) =>
        values.TryGetValue(name, out ulong value) ? value : null;

    private static bool IsSecure(GdbTarget target, SecurityBank bank) =>
        bank == SecurityBank.Secure
        || (bank == SecurityBank.Enabled && IsSecureEnabled(
            target.ReadRegister("SCTLR_S"), target.ReadRegister("SCTLR"), target.ReadRegister("SCR") ?? target.ReadRegister("SCR_S")));

    // The bank whose MMU is on; where both are, the state that SCR.NS names.
    private static bool IsSecureEnabled(ulong? secureControl, ulong? control, ulong? configuration)
    {
        bool isSecureOn = ((secureControl ?? 0) & 1) != 0;
        bool isOn = ((control ?? 0) & 1) != 0;
        return isSecureOn && (!isOn || ((configuration ?? 1) & 1) == 0);
    }

    private ulong Require(string name) => Get(name)
        ?? throw new SourceException($"{name.ToUpperInvariant()} is not known: pass --{name} or --registers.");

    [GeneratedRegex(@"^\s*(?<name>[A-Za-z][A-Za-z0-9_]*)\s*[:=]?\s*0x(?<value>[0-9A-Fa-f]{1,16})\b", RegexOptions.Multiline)]
    private static partial Regex Assignment();
}
