using System.CommandLine;
using System.CommandLine.Help;
using System.Linq;
using Kilburn.Cli;
using Kilburn.Cli.Commands;
using Kilburn.Cli.Output;
using Spectre.Console;

const int OutputWidth = 120;
if (System.Console.IsOutputRedirected)
{
    AnsiConsole.Profile.Width = OutputWidth;
}

RootCommand root = new("Shows the translation tables of an ARMv7 guest, and what is wrong with them.")
{
    Verb.Json,
    RegionsCommand.Create(),
    WalkCommand.Create(),
    FindCommand.Create(),
    SummaryCommand.Create(),
    AuditCommand.Create(),
    SnapshotCommand.Create(),
    DiffCommand.Create(),
    ViewCommand.Create(),
    ExportCommand.Create(),
    WatchCommand.Create(),
    DecodeCommand.Create(),
    FaultCommand.Create(),
    TraceCommand.Create(),
    LitmusCommand.Create(),
    CompletionsCommand.Create(),
};
HelpOption help = root.Options.OfType<HelpOption>().Single();
help.Action = new Examples((HelpAction)help.Action!);
ParseResult result = root.Parse(args);
int status = result.Invoke();
return result.Errors.Count != 0 ? ExitStatus.Usage : status;
