namespace Kilburn.Kernel.Processes;

/// <summary>What a process is to an object.</summary>
internal enum HandleRole : byte
{
    /// <summary>It may map and resize it.</summary>
    User,

    /// <summary>It provides the pages, too.</summary>
    Pager,

    /// <summary>The object is a file: it may map it, and change copies of its own.</summary>
    Reader,
}
