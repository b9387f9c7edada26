using System;
using System.Threading;
using System.Threading.Tasks;
using Spectre.Console;

namespace Kilburn.Cli.Output;

/// <summary>Says what is being done, once it has taken a second.</summary>
internal static class Progress
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>Does some work.</summary>
    /// <param name="what">In words.</param>
    /// <param name="work">The work.</param>
    public static T Run<T>(string what, Func<T> work)
    {
        if (Console.IsErrorRedirected)
        {
            return work();
        }

        Task<T> task = Task.Run(work);
        if (Task.WaitAny([task], s_patience) < 0)
        {
            IAnsiConsole errors = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
            _ = errors.Status().Start(what, _ => Task.WaitAny(task, Task.Delay(Timeout.Infinite)));
        }

        return task.GetAwaiter().GetResult();
    }
}
