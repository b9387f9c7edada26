using System.CommandLine;
using Kilburn.Cli;
using Spectre.Console;

const int OutputWidth = 120;
if (System.Console.IsOutputRedirected)
{
    AnsiConsole.Profile.Width = OutputWidth;
}

RootCommand root = new("Kilburn's tools for translation tables and their maintenance.")
{
    LitmusCommand.Create(),
    TraceCommand.Create(),
};
return root.Parse(args).Invoke();
