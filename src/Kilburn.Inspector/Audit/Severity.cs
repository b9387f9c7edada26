namespace Kilburn.Inspector.Audit;

/// <summary>How bad a finding is.</summary>
public enum Severity : byte
{
    /// <summary>Allowed, but seldom meant.</summary>
    Warning,

    /// <summary>Unpredictable, or a hole in protection.</summary>
    Error,
}
