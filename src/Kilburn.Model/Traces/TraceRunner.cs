using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Frames;
using Kilburn.Model.Checking;
using Kilburn.Model.Cores;
using Kilburn.Model.Memory;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;

namespace Kilburn.Model.Traces;

/// <summary>Runs a trace of CP15 writes and table stores, from any kernel, on the hostile machine.</summary>
/// <remarks>
/// <para>One operation on a line; <c>#</c> begins a comment; numbers are decimal, or hexadecimal with 0x. Before the first operation:</para>
/// <code>
/// memory START LENGTH          a bank of memory; 1 GiB from 0 when there is none
/// device START LENGTH          a bank of devices
/// linear OFFSET LENGTH         physical 0 to LENGTH is also mapped at OFFSET, for good: no frame is lost to it
/// walks coherent | incoherent  whether walks look in the data caches; coherent when nothing is said
/// </code>
/// <para>Then operations, each after the number of its core:</para>
/// <code>
/// CORE store PHYSICAL WORD     a store to memory that is, was or becomes a table
/// CORE REGISTER VALUE          sctlr ttbr0 ttbr1 ttbcr dacr contextidr prrr nmrr
/// CORE dsb | isb               eret stands for isb
/// CORE tlbiall | tlbiallis
/// CORE tlbiasid ASID           tlbiasidis
/// CORE tlbimva VALUE           tlbimvais: the register's value, address in bits 31:12, ASID in bits 7:0
/// CORE tlbimvaa ADDRESS        tlbimvaais
/// CORE dccmvau PHYSICAL        dccimvac: the line that holds the byte
/// CORE iciallu | icialluis     icimvau ADDRESS, bpiall, bpiallis
/// CORE mcr CRN OPC1 CRM OPC2 VALUE   any of the above as the instruction has it: mcr c8 0 c3 1 0x400001
/// CORE read ADDRESS [user]     write, fetch: an access, so that its answer is checked
/// CORE take|return USE START LENGTH  memory changes hands; USE is page, table1 or table2
/// </code>
/// </remarks>
public sealed class TraceRunner
{
    private const uint LineLength = 64;
    private const uint AsidMask = 0xFF;
    private const uint AddressMask = 0xFFFF_F000;
    private const uint DefaultMemory = 1u << 30;

    private static readonly Dictionary<string, SystemRegister> s_registers = new(StringComparer.Ordinal)
    {
        ["sctlr"] = SystemRegister.SystemControl,
        ["ttbr0"] = SystemRegister.TranslationTableBase0,
        ["ttbr1"] = SystemRegister.TranslationTableBase1,
        ["ttbcr"] = SystemRegister.TranslationTableBaseControl,
        ["dacr"] = SystemRegister.DomainAccessControl,
        ["contextidr"] = SystemRegister.ContextId,
        ["prrr"] = SystemRegister.PrimaryRegionRemap,
        ["nmrr"] = SystemRegister.NormalMemoryRemap,
    };

    // CRn opc1 CRm opc2, ARM DDI 0406C.d, B3.17 and B4.2.
    private static readonly Dictionary<string, string> s_instructions = new(StringComparer.Ordinal)
    {
        ["c1 0 c0 0"] = "sctlr",
        ["c2 0 c0 0"] = "ttbr0",
        ["c2 0 c0 1"] = "ttbr1",
        ["c2 0 c0 2"] = "ttbcr",
        ["c3 0 c0 0"] = "dacr",
        ["c13 0 c0 1"] = "contextidr",
        ["c10 0 c2 0"] = "prrr",
        ["c10 0 c2 1"] = "nmrr",
        ["c7 0 c1 0"] = "icialluis",
        ["c7 0 c1 6"] = "bpiallis",
        ["c7 0 c5 0"] = "iciallu",
        ["c7 0 c5 1"] = "icimvau",
        ["c7 0 c5 4"] = "isb",
        ["c7 0 c5 6"] = "bpiall",
        ["c7 0 c10 4"] = "dsb",
        ["c7 0 c11 1"] = "dccmvau",
        ["c7 0 c14 1"] = "dccimvac",
        ["c8 0 c3 0"] = "tlbiallis",
        ["c8 0 c3 1"] = "tlbimvais",
        ["c8 0 c3 2"] = "tlbiasidis",
        ["c8 0 c3 3"] = "tlbimvaais",
        ["c8 0 c7 0"] = "tlbiall",
        ["c8 0 c7 1"] = "tlbimva",
        ["c8 0 c7 2"] = "tlbiasid",
        ["c8 0 c7 3"] = "tlbimvaa",
    };

    private readonly string _file;
    private readonly List<MemoryBank> _banks = [];
    private Machine? _machine;
    private uint _linearOffset;
    private uint _linearLength;
    private bool _areWalksCoherent = true;
    private int _line;
    private int _operations;

    private TraceRunner(string file) => _file = file;

    /// <summary>Reads a trace to its end.</summary>
    /// <param name="trace">Its lines.</param>
    /// <param name="file">Its name, for reports.</param>
    /// <exception cref="TraceFormatException">A line cannot be understood, or asks for what is not there.</exception>
    public static TraceVerdict Run(TextReader trace, string file)
    {
        ArgumentNullException.ThrowIfNull(trace);
        return new TraceRunner(file).Run(trace);
    }

    private TraceVerdict Run(TextReader trace)
    {
        while (trace.ReadLine() is string text)
        {
            _line++;
            string[] words = text.Split('#')[0].Split(default(char[]?), StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
            {
                continue;
            }

            try
            {
                RunLine(words);
            }
            catch (Exception refused) when (refused is MachineAccessException or ArgumentException or OverflowException)
            {
                throw Malformed(refused.Message);
            }
        }

        using Machine machine = Machine();
        return new TraceVerdict(
            machine.Violations,
            _operations,
            machine.Sites.Sum(site => site.Count),
            machine.Sites.Sum(site => site.Count - site.NeededCount),
            machine.UnfinishedChanges);
    }

    private void RunLine(string[] words)
    {
        switch (words[0])
        {
            case "memory":
            case "device":
                Expect(words, 2);
                Before();
                _banks.Add(words[0] == "memory"
                    ? MemoryBank.Memory(Number(words[1]), Number(words[2]))
                    : MemoryBank.Device(Number(words[1]), Number(words[2])));
                return;
            case "linear":
                Expect(words, 2);
                Before();
                _linearOffset = Number(words[1]);
                _linearLength = Number(words[2]);
                return;
            case "walks":
                Expect(words, 1);
                Before();
                _areWalksCoherent = words[1] switch
                {
                    "coherent" => true,
                    "incoherent" => false,
                    _ => throw Malformed($"walks are coherent or incoherent, not '{words[1]}'"),
                };
                return;
        }

        if (words.Length < 2)
        {
            throw Malformed($"'{words[0]}' is no directive, and an operation begins with the number of its core");
        }

        uint core = Number(words[0]);
        if (core >= (uint)Machine().Cores.Count)
        {
            throw Malformed($"there is no core {core}: 0 to {Machine().Cores.Count - 1}");
        }

        _operations++;
        RunOperation(Machine().Cores[(int)core], words[1], words[2..]);
    }

    private void RunOperation(ProcessorCore core, string operation, string[] operands)
    {
        if (operation == "mcr")
        {
            if (operands.Length != 5)
            {
                throw Malformed("mcr CRN OPC1 CRM OPC2 VALUE");
            }

            string instruction = string.Join(' ', operands[..4]);
            operation = s_instructions.TryGetValue(instruction, out string? name)
                ? name
                : throw Malformed($"no known register or operation: mcr {instruction}");
            operands = TakesNothing(operation) ? [] : operands[4..];
        }

        if (s_registers.TryGetValue(operation, out SystemRegister register))
        {
            Require(operands, 1, operation);
            Do(core, Step.Register(register, Number(operands[0])));
            return;
        }

        switch (operation)
        {
            case "store":
                Require(operands, 2, operation);
                core.WritePhysical(new PhysicalAddress(Number(operands[0])), Number(operands[1]), new Site(_file, _line));
                return;
            case "read":
            case "write":
            case "fetch":
                Access(core, operation, operands);
                return;
            case "take":
            case "return":
                Hand(core, operation, operands);
                return;
        }

        bool takesNothing = TakesNothing(operation);
        StepKind kind = StepOf(operation);
        Require(operands, takesNothing ? 0 : 1, operation);
        uint value = takesNothing ? 0 : Number(operands[0]);
        Do(core, kind switch
        {
            StepKind.TlbAsid or StepKind.TlbAsidLocal => new Step(kind, 0, value & AsidMask),
            StepKind.TlbPage or StepKind.TlbPageLocal => new Step(kind, value & AddressMask, value & AsidMask),
            StepKind.CleanToUnification or StepKind.CleanInvalidateToCoherency =>
                new Step(kind, value & ~(LineLength - 1), LineLength),
            _ => new Step(kind, value),
        });
    }

    private StepKind StepOf(string operation) => operation switch
    {
        "dsb" => StepKind.DataBarrier,
        "isb" or "eret" => StepKind.ContextBarrier,
        "tlbiall" => StepKind.TlbLocal,
        "tlbiallis" => StepKind.Tlbs,
        "tlbiasid" => StepKind.TlbAsidLocal,
        "tlbiasidis" => StepKind.TlbAsid,
        "tlbimva" => StepKind.TlbPageLocal,
        "tlbimvais" => StepKind.TlbPage,
        "tlbimvaa" => StepKind.TlbPageAllAsidsLocal,
        "tlbimvaais" => StepKind.TlbPageAllAsids,
        "dccmvau" => StepKind.CleanToUnification,
        "dccimvac" => StepKind.CleanInvalidateToCoherency,
        "iciallu" or "icialluis" => StepKind.InstructionCaches,
        "icimvau" => StepKind.InstructionCacheLine,
        "bpiall" or "bpiallis" => StepKind.BranchPredictors,
        _ => throw Malformed($"unknown register or operation: {operation}"),
    };

    private static bool TakesNothing(string operation) => operation
        is "dsb" or "isb" or "eret" or "tlbiall" or "tlbiallis" or "iciallu" or "icialluis" or "bpiall" or "bpiallis";

    private void Do(ProcessorCore core, Step step) => core.Maintain(step, _file, _line);

    private void Access(ProcessorCore core, string operation, string[] operands)
    {
        int wanted = operation == "write" ? 2 : 1;
        bool isUser = operands.Length == wanted + 1 && operands[wanted] == "user";
        if (operands.Length != wanted && !isUser)
        {
            throw Malformed(operation == "write" ? "write ADDRESS VALUE [user]" : $"{operation} ADDRESS [user]");
        }

        VirtualAddress address = new(Number(operands[0]));
        Privilege privilege = isUser ? Privilege.User : Privilege.Kernel;
        _ = operation switch
        {
            "read" => core.Read(address, privilege),
            "fetch" => core.Fetch(address, privilege),
            _ => core.Write(address, Number(operands[1]), privilege, _file, _line),
        };
    }

    private void Hand(ProcessorCore core, string operation, string[] operands)
    {
        Require(operands, 3, operation);
        FrameUse use = operands[0] switch
        {
            "page" => FrameUse.Page,
            "table1" => FrameUse.FirstLevelTable,
            "table2" => FrameUse.SecondLevelTable,
            _ => throw Malformed($"memory is used as page, table1 or table2, not as '{operands[0]}'"),
        };
        FrameChange change = operation == "take" ? FrameChange.Taken : FrameChange.Returned;
        core.NoteFrames(
            change, use, new PhysicalAddress(Number(operands[1])), Number(operands[2]), new Site(_file, _line));
    }

    private Machine Machine()
    {
        if (_machine == null)
        {
            MachineOptions options = new()
            {
                Banks = _banks.Count == 0 ? [MemoryBank.Memory(0, DefaultMemory)] : _banks,
                LinearMapOffset = _linearOffset,
                LinearMapLengthInBytes = _linearLength,
                Tlb = TlbModel.Hostile,
                Handling = ViolationHandling.Collect,
                Mutation = null,
            };
            _machine = _areWalksCoherent
                ? Model.Machine.Create<CortexA7>(options)
                : Model.Machine.Create<TraceIncoherent>(options);
        }

        return _machine;
    }

    private void Before()
    {
        if (_machine != null)
        {
            throw Malformed("memory, device, linear and walks come before the first operation");
        }
    }

    private void Expect(string[] words, int operands)
    {
        if (words.Length != operands + 1)
        {
            throw Malformed($"'{words[0]}' has {operands} operands, not {words.Length - 1}");
        }
    }

    private void Require(string[] operands, int count, string operation)
    {
        if (operands.Length != count)
        {
            throw Malformed($"'{operation}' has {count} operands, not {operands.Length}");
        }
    }

    private uint Number(string text)
    {
        const string Prefix = "0x";
        bool isHexadecimal = text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);
        return uint.TryParse(
            isHexadecimal ? text[Prefix.Length..].Replace("_", string.Empty, StringComparison.Ordinal) : text,
            isHexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture,
            out uint value)
                ? value
                : throw Malformed($"'{text}' is no number of 32 bits");
    }

    private TraceFormatException Malformed(string reason) => new(_file, _line, reason);
}
