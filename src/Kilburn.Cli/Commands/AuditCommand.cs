using System;
using System.CommandLine;
using System.Linq;
using System.Text.Json.Nodes;
using Kilburn.Cli.Output;
using Kilburn.Inspector;
using Kilburn.Inspector.Audit;
using Kilburn.Inspector.Json;
using Kilburn.Inspector.Sources;

namespace Kilburn.Cli.Commands;

/// <summary><c>kilburn audit</c>: what is wrong with the tables.</summary>
internal sealed class AuditCommand
{
    private const int ShownOfARule = 10;
    private readonly SourceOptions _source = new();

    private readonly Option<ulong?> _kernelStart = SourceOptions.NumberOption(
        "--kernel-start", "Where kernel addresses begin; else where TTBR1's do, or 0xC0000000 when TTBR1 is not in use.", "ADDRESS");

    private readonly Option<string[]> _devices = new("--device") { Description = "Where a device is, for the audit.", HelpName = "START:LENGTH" };
    private readonly Option<string[]> _skip = new("--skip") { Description = "A rule that is not to be checked.", HelpName = "RULE" };
    private readonly Option<bool> _rules = new("--rules") { Description = "List the rules instead." };

    /// <summary>Makes the command.</summary>
    public static Command Create() => new AuditCommand().Build();

    private Command Build()
    {
        _ = _skip.AcceptOnlyFromAmong([.. AuditRules.All.Select(rule => rule.Id)]);
        Command command = new("audit", "Says what is wrong with the tables. Exit status 1: something is.") { _kernelStart, _devices, _skip, _rules };
        _source.AddTo(command);
        Verb.SetAction(command, Run);
        Examples.Add(
            command,
            "audit --gdb localhost:1234 --ram 0:960M",
            "audit --image core.elf --registers registers.txt --device 0x3F000000:16M --skip shared-table",
            "audit --rules");
        return command;
    }

    private int Run(ParseResult result)
    {
        if (result.GetValue(_rules))
        {
            return WriteRules(result.GetValue(Verb.Json));
        }

        AddressRange[] devices = [.. (result.GetValue(_devices) ?? []).Select(SourceOptions.ParseRange)];
        using Guest guest = _source.Open(result);
        if (!guest.Registers.IsMmuOn)
        {
            throw new SourceException("The MMU is off: there are no tables to audit.");
        }

        AuditContext context = Progress.Run("reading the tables", () => new AuditContext(guest, (uint?)result.GetValue(_kernelStart), devices));
        TableCheck.Require(context.Scan);
        AuditResult found = Progress.Run("checking the rules", () => Auditor.Check(context, result.GetValue(_skip) ?? []));
        if (result.GetValue(Verb.Json))
        {
            JsonObject json = MapJson.Envelope("audit", guest.Name);
            MapJson.Add(json, found, context.KernelStart);
            JsonOutput.Write(json);
        }
        else
        {
            Write(found, guest.Symbols);
        }

        return found.Findings.Count == 0 ? ExitStatus.Clean : ExitStatus.Finding;
    }

    private static void Write(AuditResult result, SymbolTable? symbols)
    {
        foreach (IGrouping<AuditRule, Finding> group in result.Findings.GroupBy(finding => finding.Rule))
        {
            AuditRule rule = group.Key;
            Console.Out.WriteLine($"{rule.Severity.ToString().ToLowerInvariant()} {rule.Id} ({rule.Section}): {rule.Title}");
            foreach (Finding finding in group.Take(ShownOfARule))
            {
                string name = symbols?.NameOf(finding.Address) is string symbol ? $" <{symbol}>" : string.Empty;
                Console.Out.WriteLine($"  {MapText.Range(finding.Address, finding.LengthInBytes)}{name}  {finding.Message}");
            }

            if (group.Count() > ShownOfARule)
            {
                Console.Out.WriteLine($"  and {group.Count() - ShownOfARule} more; --json has them all");
            }
        }

        foreach (AuditRule rule in result.PartlyChecked)
        {
            Console.Out.WriteLine($"not fully checked: {rule.Id}, because the source does not say where RAM is (--ram)");
        }

        Console.Out.WriteLine($"{Numbers.Count(result.RuleCount, "rule")}, {Numbers.Count(result.Findings.Count, "finding")}");
    }

    private static int WriteRules(bool isJson)
    {
        if (isJson)
        {
            JsonObject json = MapJson.Envelope("audit", null);
            json["rules"] = MapJson.Of(AuditRules.All);
            JsonOutput.Write(json);
            return ExitStatus.Clean;
        }

        TextTable table = new("rule", "severity", "section", "what is found");
        foreach (AuditRule rule in AuditRules.All)
        {
            table.Add(null, rule.Id, rule.Severity.ToString().ToLowerInvariant(), rule.Section, rule.Title);
        }

        table.Write();
        return ExitStatus.Clean;
    }
}
