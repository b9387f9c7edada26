namespace Kilburn.Kernel.Monitor;

/// <summary>Whether a command is printed before it runs.</summary>
public enum Echo
{
    /// <summary>A person sees what was typed.</summary>
    Off,

    /// <summary>As <c>&gt; COMMAND</c>.</summary>
    On,
}
