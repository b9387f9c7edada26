using System;

namespace Kilburn.Inspector.Sources;

/// <summary>A source that cannot be read: what is wrong, in words for the user.</summary>
public sealed class SourceException : Exception
{
    /// <summary>Says what is wrong.</summary>
    /// <param name="message">In words.</param>
    public SourceException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong.</summary>
    /// <param name="message">In words.</param>
    /// <param name="cause">What was caught.</param>
    public SourceException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
