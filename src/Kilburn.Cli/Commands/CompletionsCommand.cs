using System;
using System.CommandLine;
using System.Text.Json.Nodes;
using Kilburn.Cli.Output;
using Kilburn.Inspector.Json;

namespace Kilburn.Cli.Commands;

/// <summary><c>kilburn completions SHELL</c>: what makes a shell complete this command.</summary>
internal static class CompletionsCommand
{
    private const string Bash = """
        _kilburn() {
            local line
            COMPREPLY=()
            while IFS= read -r line; do
                COMPREPLY+=("$line")
            done < <(kilburn "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
        }
        complete -o default -F _kilburn kilburn
        """;

    private const string Zsh = """
        #compdef kilburn
        _kilburn() {
            local -a words
            words=("${(@f)$(kilburn "[suggest:${#BUFFER}]" "$BUFFER" 2>/dev/null)}")
            compadd -a words
        }
        compdef _kilburn kilburn
        """;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Argument<string> shell = new("SHELL") { Description = "bash or zsh." };
        _ = shell.AcceptOnlyFromAmong("bash", "zsh");
        Command command = new("completions", "Prints a script that makes a shell complete verbs, options and values.") { shell };
        Verb.SetAction(command, result =>
        {
            string script = result.GetRequiredValue(shell) == "bash" ? Bash : Zsh;
            if (result.GetValue(Verb.Json))
            {
                JsonObject json = MapJson.Envelope("completions", null);
                json["script"] = script;
                JsonOutput.Write(json);
            }
            else
            {
                Console.Out.WriteLine(script);
            }

            return ExitStatus.Clean;
        });
        Examples.Add(command, "completions bash > ~/.local/share/bash-completion/completions/kilburn");
        return command;
    }
}
